"""Measures opensearch-py: signing in memory, and requests to a server on loopback.

Arguments: requests.json ORIGIN SECONDS OUT.json; `../run.sh` passes them.
"""

import asyncio
import json
import statistics
import sys
import time

from botocore.credentials import Credentials
from opensearchpy import AsyncHttpConnection, AsyncOpenSearch, AWSV4SignerAsyncAuth
from opensearchpy.helpers.signer import AWSV4Signer

SUBJECT = "opensearch-py"
REGION, SERVICE = "us-east-1", "es"
BATCH = 8


def main(requests, origin, seconds, out):
    with open(requests) as file:
        works = json.load(file)
    rows = [sign(work, seconds) for work in works if work["is_signed"]]
    sent = asyncio.run(send_all(origin, [work for work in works if work["is_sent"]], seconds))
    with open(out, "w") as file:
        json.dump({"rows": rows, "end_to_end": sent}, file)


def credentials(work):
    return Credentials("AKIDEXAMPLE", "secret", work["token"])


def sign(work, seconds):
    signer = AWSV4Signer(credentials(work), REGION, SERVICE)
    method, url, body = work["method"], work["url"], work["body"].encode()
    headers = dict(work["headers"])
    samples, end = [], time.monotonic() + seconds
    while not samples or time.monotonic() < end:
        prepared = [dict(headers) for _ in range(BATCH)]
        start = time.perf_counter_ns()
        for one in prepared:
            signer.sign(method, url, body, one)
        samples.append((time.perf_counter_ns() - start) / BATCH)
    return {
        "work": work["name"],
        "subject": SUBJECT,
        "min_ns": min(samples),
        "median_ns": statistics.median(samples),
        "allocations": None,
    }


async def send_all(origin, works, seconds):
    reached = []
    for work in works:
        client = AsyncOpenSearch(
            hosts=[origin],
            http_auth=AWSV4SignerAsyncAuth(credentials(work), REGION, SERVICE),
            connection_class=AsyncHttpConnection,
            pool_maxsize=64,
        )
        for in_flight in (1, 16, 64):
            # The first round opens connections. The best of the others counts, as in peers.rs.
            rounds = [await load(client, work, in_flight, seconds / 4) for _ in range(5)]
            per_second = max(it[0] for it in rounds[1:])
            cpu_micros = min(it[1] for it in rounds[1:])
            reached.append(
                {
                    "work": work["name"],
                    "subject": SUBJECT,
                    "in_flight": in_flight,
                    "per_second": per_second,
                    "cpu_micros": cpu_micros,
                }
            )
        await client.close()
    return reached


async def load(client, work, in_flight, seconds):
    path, body = work["path"], work["body"] or None
    start, cpu = time.monotonic(), time.process_time()
    count = 0

    async def one_after_another():
        nonlocal count
        while True:
            await client.transport.perform_request(work["method"], path, body=body)
            count += 1
            if time.monotonic() - start >= seconds:
                return

    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    took = time.monotonic() - start
    return count / took, (time.process_time() - cpu) * 1e6 / count


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4])
