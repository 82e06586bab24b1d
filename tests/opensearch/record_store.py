#!/usr/bin/env python3
"""Records what a real OpenSearch answers to the requests that the in-memory store is compared with.

    tests/opensearch/record_store.py "$(tests/opensearch.sh start)" >tests/fixtures/opensearch/store/responses.jsonl

A line of the output belongs to a request of requests.txt: {"request", "status", "body"}. Members that differ from run to
run are left out of the body. Of an error, only types and reasons are kept, and of a hit the source only if the request
says what to return of it. A body of more than 2,000 characters is left out as a whole.
"""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

REQUESTS = Path(__file__).parent.parent / "fixtures/opensearch/store/requests.txt"
ADMIN = "arn:aws:iam::123456789012:role/admin"
VOLATILE = "took uuid index_uuid node creation_date creation_time created cluster_name _scroll_id pit_id".split()


def main(url):
    for line in REQUESTS.read_text().splitlines():
        if line and not line.startswith("#"):
            status, body = send(url, *line.split(" ", 2))
            body = kept(body, line)
            print(json.dumps({"request": line, "status": status, "body": body}, ensure_ascii=False), flush=True)


def send(url, method, path, body=None):
    content_type = "application/json"
    if body is not None and path.split("?")[0].endswith(("/_bulk", "/_msearch")):
        body, content_type = body.replace("\\n", "\n"), "application/x-ndjson"
    request = urllib.request.Request(url + path, method=method, data=None if body is None else body.encode())
    identity = {"x-forwarded-for": "127.0.0.1", "x-proxy-user": ADMIN, "x-proxy-roles": ADMIN}
    for name, value in {**identity, "content-type": content_type}.items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=90) as response:
            return response.status, parsed(response.read())
    except urllib.error.HTTPError as error:
        return error.code, parsed(error.read())


def parsed(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def kept(body, request):
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        error = body["error"]
        roots = [cause["type"] for cause in error.get("root_cause", [])]
        return {"error": {"type": error["type"], "reason": error.get("reason"), "roots": roots}}
    body = stable(body)
    if "_search" in request and "_source" not in request and isinstance(body, dict) and "hits" in body:
        for hit in body["hits"].get("hits", []):
            hit.pop("_source", None)
    return None if len(json.dumps(body)) > 2000 else body


def stable(value):
    if isinstance(value, dict):
        return {name: stable(inner) for name, inner in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        return [stable(inner) for inner in value]
    return value


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
