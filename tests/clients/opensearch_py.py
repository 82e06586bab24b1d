#!/usr/bin/env python3
"""Indexes, reads, searches and deletes a document with opensearch-py.

    opensearch_py.py URL SERVICE AUTH      AUTH is urllib3, requests, async or aws4auth

The credentials are those of `Principal::admin()`, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
The script prints one line per call and exits with 1 if a call fails.
"""

import asyncio
import inspect
import os
import sys

import opensearchpy
from botocore.credentials import Credentials

KEY = os.environ.get("AWS_ACCESS_KEY_ID") or "AKIAIOSFODNN7EXAMPLE"
SECRET = os.environ.get("AWS_SECRET_ACCESS_KEY") or "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = os.environ.get("AWS_SESSION_TOKEN") or None


async def main(url, service, auth):
    client = client_of(url, service, auth)
    movie = {"title": "Сталкер", "year": 1979}
    lines = '{"index":{"_id":"1"}}\n{"title":"Alien","year":1979}\n{"delete":{"_id":"1"}}\n'
    calls = [
        ("info", client.info, {}),
        ("create", client.indices.create, {"index": "films", "body": {"settings": {"number_of_replicas": 0}}}),
        ("exists", client.indices.exists, {"index": "films"}),
        ("index", client.index, {"index": "films", "id": "a b/ж+", "body": movie, "refresh": "wait_for"}),
        ("get", client.get, {"index": "films", "id": "a b/ж+"}),
        ("search", client.search, {"index": "films", "body": {"query": {"match": {"title": "сталкер"}}}}),
        ("search q", client.search, {"index": "films", "q": "title:сталкер", "size": 5}),
        ("bulk", client.bulk, {"index": "films", "body": lines}),
        ("delete", client.indices.delete, {"index": "films"}),
    ]
    for name, call, arguments in calls:
        result = call(**arguments)
        if inspect.isawaitable(result):
            result = await result
        print(name, result, flush=True)
    closing = client.close()
    if inspect.isawaitable(closing):
        await closing


def client_of(url, service, auth):
    credentials = Credentials(KEY, SECRET, TOKEN)
    region = "us-east-1"
    if auth == "async":
        return opensearchpy.AsyncOpenSearch(
            url,
            http_auth=opensearchpy.AWSV4SignerAsyncAuth(credentials, region, service),
            connection_class=opensearchpy.AsyncHttpConnection,
            max_retries=0,
        )
    if auth == "urllib3":
        http_auth = opensearchpy.Urllib3AWSV4SignerAuth(credentials, region, service)
        connection = opensearchpy.Urllib3HttpConnection
    elif auth == "requests":
        http_auth = opensearchpy.RequestsAWSV4SignerAuth(credentials, region, service)
        connection = opensearchpy.RequestsHttpConnection
    elif auth == "aws4auth":
        from requests_aws4auth import AWS4Auth

        http_auth = AWS4Auth(KEY, SECRET, region, service, session_token=TOKEN)
        connection = opensearchpy.RequestsHttpConnection
    else:
        raise SystemExit(f"unknown AUTH {auth!r}: use urllib3, requests, async or aws4auth")
    return opensearchpy.OpenSearch(url, http_auth=http_auth, connection_class=connection, max_retries=0)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    try:
        asyncio.run(main(*sys.argv[1:]))
    except opensearchpy.exceptions.OpenSearchException as error:
        raise SystemExit(f"{type(error).__name__}: {error}")
