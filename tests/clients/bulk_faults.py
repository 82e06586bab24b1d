#!/usr/bin/env python3
"""Loads documents through faults, and compares what each client reports with what the server stored.

    bulk_faults.py BULK_LOAD      BULK_LOAD is the path of the built example `bulk_load`

The clients are the bulk helpers of opensearch-py and the example `bulk_load`. No document has an id of its own. The server
is part of this script and stores every document under the id of its action line, or under a new one.

The script prints a table. It exits with 1 if `bulk_load` lost or doubled a document, or reported a wrong outcome.
"""

import collections
import gzip
import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import opensearchpy
from opensearchpy import OpenSearch, helpers

COUNT = 2000
DOCUMENTS = [{"n": n, "text": "some words of a document, so that requests have some size"} for n in range(COUNT)]


class Server(ThreadingHTTPServer):
    """Stores documents, and fails in one way."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, fault):
        super().__init__(("127.0.0.1", 0), Handler)
        self.fault = fault
        self.lock = threading.Lock()
        self.requests = 0
        self.documents = {}
        self.refused = set()
        self.random = random.Random(1)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def copies(self):
        """How often each document is stored, by its number."""
        return collections.Counter(document["n"] for document in self.documents.values())

    def bulk(self, body):
        """Returns status and response of a bulk request, or None for a connection that breaks."""
        number, self.requests = self.requests, self.requests + 1
        is_hit = number % 3 == 0
        if self.fault in ("429", "503") and is_hit:
            return int(self.fault), {"error": {"type": "rejected_execution_exception"}, "status": int(self.fault)}
        if self.fault == "413" and len(body) > 8000:
            return 413, {"message": "Request size exceeded 8000 bytes"}
        if self.fault == "reset before" and is_hit:
            return None
        lines = body.decode().splitlines()
        pairs = zip(lines[::2], lines[1::2])
        items = [self.item(json.loads(action), json.loads(source)) for action, source in pairs]
        if self.fault == "reset after" and is_hit:
            return None
        if self.fault == "shuffled items" and is_hit:
            self.random.shuffle(items)
        errors = any("error" in item for each in items for item in each.values())
        return 200, {"took": 1, "errors": errors, "items": items}

    def item(self, action, document):
        ((name, meta),) = action.items()
        n = document["n"]
        refusal = self.refusal(n)
        if refusal:
            return {name: {"_index": "logs", "_id": meta.get("_id"), **refusal}}
        key = meta.get("_id") or f"server-{len(self.documents)}"
        if name == "create" and key in self.documents:
            error = {"type": "version_conflict_engine_exception", "reason": "the document exists"}
            return {name: {"_index": "logs", "_id": key, "status": 409, "error": error}}
        status = 200 if key in self.documents else 201
        self.documents[key] = document
        return {name: {"_index": "logs", "_id": key, "status": status}}

    def refusal(self, n):
        if self.fault == "item 429" and n % 5 == 0 and n not in self.refused:
            self.refused.add(n)  # the next time it is stored
            return {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "queue is full"}}
        if self.fault in ("item 400", "shuffled items") and n % 10 == 3:
            return {"status": 400, "error": {"type": "mapper_parsing_exception", "reason": "failed to parse"}}
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        response = 200, {"_shards": {"total": 1, "successful": 1, "failed": 0}}
        if self.path.split("?")[0].endswith("/_bulk"):
            with self.server.lock:
                response = self.server.bulk(body)
        if response is None:
            return self.reset()
        status, document = response
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_PUT = do_POST = answer

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
        self.close_connection = True

    def log_message(self, *arguments):
        pass


class Reported(collections.namedtuple("Reported", "failed unknown stopped")):
    """The numbers of the documents that a client reported as failed or unknown, and the error that ended the load."""


def opensearch_py(helper, **options):
    """Runs a helper of opensearch-py."""

    def load(url):
        failed = set()
        try:
            results = helper(OpenSearch([url]), iter(DOCUMENTS), index="logs", chunk_size=100, **options)
            for position, (ok, item) in enumerate(results):
                if not ok:
                    ((_, item),) = item.items()
                    # The helpers name the document only of some failures. Results come in the order of the documents,
                    # as long as none was retried.
                    failed.add(item["data"]["n"] if "data" in item else position)
        except opensearchpy.OpenSearchException as error:
            return Reported(failed, set(), type(error).__name__)
        return Reported(failed, set(), None)

    return load


def bulk_load(program):
    """Runs the example `bulk_load`."""

    def load(url):
        with tempfile.TemporaryDirectory() as folder:
            rejects = os.path.join(folder, "rejects.ndjson")
            environment = {
                "OPENSEARCH_URL": url,
                "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "secret",
            }
            # A chunk has at most an eighth of the memory: 10,000 bytes.
            command = [program, "--index", "logs", "--file", "-", "--rejects", rejects, "--memory", "80000"]
            lines = "".join(json.dumps(document) + "\n" for document in DOCUMENTS)
            run = subprocess.run(command, input=lines, env=environment, capture_output=True, text=True, timeout=120)
            if run.returncode not in (0, 2):
                raise SystemExit(f"bulk_load failed: {run.stderr}")
            with open(rejects) as file:
                lines = file.read().splitlines()
        failed, unknown = set(), set()
        for action, source in zip(lines[::2], lines[1::2]):
            is_unknown = json.loads(action)["not_loaded"].get("unknown")
            (unknown if is_unknown else failed).add(json.loads(source)["n"])
        return Reported(failed, unknown, None)

    return load


def judge(server, reported):
    """What a client lost and doubled, and which of its reports are wrong."""
    copies = server.copies()
    stored = set(copies)
    missing = set(range(COUNT)) - stored
    named = reported.failed | reported.unknown
    return {
        "stored": len(stored),
        # After an exception, the caller knows of no document what became of it.
        "lost": len(missing - named),
        "doubled": sum(1 for count in copies.values() if count > 1),
        "wrongly failed": len(reported.failed & stored),
        "refused": len(reported.failed - stored),
        "unknown": len(reported.unknown),
    }


def main(program):
    clients = {
        "streaming_bulk": opensearch_py(helpers.streaming_bulk),
        "streaming_bulk, 5 retries, no exceptions": opensearch_py(
            helpers.streaming_bulk, max_retries=5, initial_backoff=0.01, raise_on_error=False, raise_on_exception=False
        ),
        "parallel_bulk, no exceptions": opensearch_py(
            helpers.parallel_bulk, raise_on_error=False, raise_on_exception=False
        ),
        "sigtower": bulk_load(program),
    }
    faults = ["none", "item 400", "item 429", "429", "503", "413", "reset before", "reset after", "shuffled items"]
    columns = ["stored", "lost", "doubled", "wrongly failed", "refused", "unknown"]
    print(f"| fault | client | {' | '.join(columns)} | ended by |")
    print(f"| --- | --- |{' --- |' * len(columns)} --- |")
    faulty = []
    for fault in faults:
        for client, load in clients.items():
            server = Server(fault)
            reported = load(server.url)
            result = judge(server, reported)
            server.shutdown()
            server.server_close()
            values = " | ".join(str(result[column]) for column in columns)
            print(f"| {fault} | {client} | {values} | {reported.stopped or ''} |", flush=True)
            # Nothing says which item belongs to which operation when a server shuffles them.
            is_sound = result["lost"] == result["doubled"] == result["wrongly failed"] == 0
            if client == "sigtower" and not is_sound and fault != "shuffled items":
                faulty.append(fault)
    if faulty:
        raise SystemExit(f"sigtower failed under: {', '.join(faulty)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
