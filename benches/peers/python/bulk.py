"""Loads documents with the bulk helper of opensearch-py, and prints its CPU time.

Arguments: documents.ndjson ORIGIN COUNT; `../run.sh` passes them.
"""

import itertools
import json
import sys
import time

from opensearchpy import OpenSearch, helpers


def main(documents, origin, count):
    with open(documents) as file:
        documents = [json.loads(line) for line in file]
    client = OpenSearch([origin])
    actions = itertools.islice(itertools.cycle(documents), count)
    cpu = time.process_time()
    # By default a chunk has at most 500 documents, so that the limit of bytes would have no effect.
    chunks = {"chunk_size": count, "max_chunk_bytes": 5 * 1024 * 1024}
    done = sum(ok for ok, _ in helpers.parallel_bulk(client, actions, index="logs", **chunks))
    cpu = time.process_time() - cpu
    assert done == count, f"{done} of {count}"
    print(json.dumps({"subject": "opensearch-py", "documents": count, "cpu_s": cpu}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
