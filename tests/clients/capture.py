#!/usr/bin/env python3
"""Records the requests of opensearch-py, signed at the time of the recording.

    capture.py AUTH SERVICE >>tests/fixtures/clients/opensearch-py.jsonl

The script starts a server on loopback that answers `{}` to everything, runs opensearch_py.py of this directory with the
same Python, and prints one JSON object per request: client, service, time of the recording and the bytes as text.
"""

import importlib.metadata
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests = []

    def record(self):
        head = self.raw_requestline + b"".join(f"{name}: {value}\r\n".encode() for name, value in self.headers.items())
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.requests.append((head + b"\r\n" + body).decode())
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"{}")

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = record

    def log_message(self, *arguments):
        pass


def main(auth, service):
    server = HTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    started = int(time.time())
    url = f"http://127.0.0.1:{server.server_port}"
    script = Path(__file__).with_name("opensearch_py.py")
    subprocess.run([sys.executable, script, url, service, auth], check=True, stdout=subprocess.DEVNULL)
    package = "requests-aws4auth" if auth == "aws4auth" else "opensearch-py"
    client = f"{package} {importlib.metadata.version(package)} {auth}"
    for request in Recorder.requests:
        print(json.dumps({"client": client, "service": service, "time": started, "request": request}, ensure_ascii=False))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
