"""Signs a request with botocore, as its own clients do."""

from types import SimpleNamespace
from unittest import mock
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def sign(request):
    """The header `Authorization`, or the presigned URL in a form that can be compared."""
    signer = auth_class(request)
    url = f"{request.scheme}://{request.authority}{request.path}"
    if request.query_as_sent and request.query:
        url += "?" + request.query
    made = AWSRequest(method=request.method, url=url, data=request.body,
                      params=None if request.query_as_sent else request.pairs)
    for name, value in request.headers:
        made.headers.add_header(name, value)
    made.context["payload_signing_enabled"] = not request.unsigned
    made.context["client_config"] = SimpleNamespace(s3={"payload_signing_enabled": not request.unsigned})
    if request.hash_header and not request.is_s3() and request.presign is None:
        # S3's signer adds this header itself. For others, the caller does.
        given = [value for name, value in request.headers if name.lower() == "x-amz-content-sha256"]
        if not given:
            made.headers["X-Amz-Content-SHA256"] = signer.payload(made)
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda: request.time):
        signer.add_auth(made)
    return made.headers["Authorization"] if request.presign is None else comparable(made.url)


def auth_class(request):
    credentials = Credentials(request.access_key, request.secret_key, request.token)
    if request.presign is not None:
        kind = botocore.auth.S3SigV4QueryAuth if request.is_s3() else botocore.auth.SigV4QueryAuth
        # botocore joins the pairs and the parameters of the signature by a dict, which keeps their order.
        return kind(credentials, request.service, request.region, expires=request.presign)
    kind = botocore.auth.S3SigV4Auth if request.is_s3() else botocore.auth.SigV4Auth
    return kind(credentials, request.service, request.region)


def comparable(url):
    """Scheme, host, path and decoded parameters. Neither their order nor their spelling is signed."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}[parts.scheme]
    port = parts.port if parts.port != default else None
    return (parts.scheme, parts.hostname, port, unquote(parts.path) or "/",
            sorted(parse_qsl(parts.query, keep_blank_values=True)))
