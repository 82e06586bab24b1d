"""Where botocore and sigtower differ on purpose, and who is at fault.

Each difference changes a request. botocore then signs something else than sigtower, or sigtower refuses the request. That
alone would excuse any difference, so each function also says what must hold:

- `Refused(words)`: sigtower's error contains these words;
- `Equal(request)`: sigtower's signature is the one that botocore makes for this request, in which the cause is removed.

A function returns None if the difference does not apply to the request. The facts about botocore are from
botocore/auth.py, version 1.44.8.
"""

import hashlib
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from generated import PATH_RAW, QUERY_RAW, Request, spell, spell_query


@dataclass
class Refused:
    words: str


@dataclass
class Equal:
    request: Request


def query_as_sent(rng, request):
    if not request.query or request.presign:
        return None
    request.query_as_sent = True
    return Equal(replace(request, query_as_sent=False))


def empty_query_part(rng, request):
    if not request.query or request.presign:
        return None
    request.query += rng.choice(("&", "&&"))
    request.query_as_sent = True
    return Equal(replace(request, query_as_sent=False))


def s3_path_spelling(rng, request):
    key = unquote(request.path)
    if not request.is_s3():
        return None
    raw = PATH_RAW.replace("+", "").replace("%", "")
    parts = [spell(rng, part, raw) for part in key.split("/")]
    canonical = request.path
    request.path = "/".join(parts)
    return Equal(replace(request, path=quote(unquote(canonical), safe="/-._~")))


def date_header(rng, request):
    if request.presign or request.policy != "minimal":
        return None
    same = replace(request, headers=list(request.headers))
    request.headers.append(["Date", "Thu, 01 Jan 1970 00:00:00 GMT"])
    return Equal(same)


def header_that_changes(rng, request):
    same = replace(request, headers=list(request.headers))
    name = rng.choice(("cache-control", "via", "x-forwarded-for", "forwarded", "sec-fetch-mode", "proxy-connection",
                       "accept-encoding", "content-length"))
    request.headers.append([name, str(len(request.body)) if name == "content-length" else "a b"])
    return Equal(same)


def header_outside_of_the_policy(rng, request):
    if request.policy != "minimal":
        return None
    same = replace(request, headers=list(request.headers))
    request.headers.append([rng.choice(("accept", "x-opaque-id", "range")), "bytes=0-9"])
    return Equal(same)


def token_of_the_caller(rng, request):
    if request.token:
        return None
    same = replace(request, headers=list(request.headers))
    request.headers.append(["x-amz-security-token", "stale"])
    return Equal(same)


def hash_of_the_caller(rng, request):
    if request.is_s3() or request.unsigned or not request.hash_header or request.presign:
        return None
    same = replace(request, headers=list(request.headers))
    request.headers.append(["X-Amz-Content-SHA256", hashlib.sha256(b"different").hexdigest()])
    return Equal(same)


def path_ends_in_dots(rng, request):
    if request.is_s3():
        return None
    request.path = "/a/b" + rng.choice(("/.", "/.."))
    return Refused("path cannot be signed")


def path_above_the_root(rng, request):
    if request.is_s3():
        return None
    request.path = rng.choice(("/../a", "/a/../../b"))
    return Refused("path cannot be signed")


def encoded_dot_segment(rng, request):
    request.path = rng.choice(("/a/%2e%2E/b", "/%2e/b", "/a/.%2e/b"))
    return Refused("path cannot be signed")


def malformed_escape(rng, request):
    request.path = rng.choice(("/a%", "/a%zz", "/%1/b"))
    return Refused("path cannot be signed")


def s3_raw_plus(rng, request):
    if not request.is_s3():
        return None
    request.path = "/a+b"
    return Refused("path cannot be signed")


def s3_encoded_slash(rng, request):
    if not request.is_s3():
        return None
    request.path = "/a%2Fb"
    return Refused("path cannot be signed")


def s3_repeated_name(rng, request):
    if not request.is_s3() or request.presign:
        return None
    request.pairs = [("a", "1"), ("a", "2")]
    request.query = spell_query(rng, request.pairs, plus=False)
    return Refused("query cannot be signed")


def s3_plus_in_query(rng, request):
    # sigtower writes the query of a presigned URL itself, with `%20`, so there is no doubt.
    if not request.is_s3() or request.presign:
        return None
    request.pairs, request.query = [("a", "b c")], "a=b+c"
    return Refused("query cannot be signed")


def parameter_without_name(rng, request):
    request.pairs = [*request.pairs, ("", "value")]
    request.query = (request.query + "&" if request.query else "") + "=value"
    return Refused("query cannot be signed")


def query_not_utf8(rng, request):
    request.pairs, request.query = [("a", b"\xff")], "a=%FF"
    request.query_as_sent = True
    return Refused("query cannot be signed")


def tab_in_header(rng, request):
    request.headers.append(["x-amz-meta-t", "a\tb"])
    return Refused("contains a tab")


def header_not_ascii(rng, request):
    request.headers.append(["x-amz-meta-t", rng.choice(("é", "a 🎬 b"))])
    return Refused("not ASCII")


def presigned_for_opensearch(rng, request):
    if request.service not in ("es", "aoss") or request.unsigned:
        return None
    request.presign, request.body = 60, b""
    request.pairs, request.query = [], ""
    return Refused("does not accept presigned URLs")


def unsigned_over_http(rng, request):
    if not request.unsigned:
        return None
    request.scheme = "http"
    return Refused("unsigned payload over http")


BOTOCORE = "botocore"
NEITHER = "neither"

#: function, party at fault, reason
KNOWN = [
    (query_as_sent, BOTOCORE, "signs a query in a URL without encoding it again; verifiers decode and encode it"),
    (empty_query_part, BOTOCORE, "signs an empty part of the query as a parameter `=`"),
    (s3_path_spelling, BOTOCORE, "signs S3's path as given, because its serializer has encoded it; S3 decodes and encodes it"),
    (date_header, BOTOCORE, "signs `date` in place of `x-amz-date` if the caller set it"),
    (header_that_changes, BOTOCORE, "signs headers that proxies and connections change"),
    (header_outside_of_the_policy, NEITHER, "signs every header; sigtower those that AWS requires, and others by request"),
    (token_of_the_caller, BOTOCORE, "signs the caller's token although the credentials have none"),
    (hash_of_the_caller, BOTOCORE, "signs the caller's `x-amz-content-sha256` instead of the body"),
    (path_ends_in_dots, NEITHER, "sigtower refuses: signers disagree about the slash at the end"),
    (path_above_the_root, NEITHER, "sigtower refuses: verifiers reject it, botocore stays at the root"),
    (encoded_dot_segment, NEITHER, "sigtower refuses: URL libraries remove it before they send"),
    (malformed_escape, NEITHER, "sigtower refuses: verifiers reject it, botocore encodes the `%`"),
    (s3_raw_plus, NEITHER, "sigtower refuses: signers read it as a blank or as a plus"),
    (s3_encoded_slash, NEITHER, "sigtower refuses: some signers decode it"),
    (s3_repeated_name, NEITHER, "sigtower refuses: some signers keep one parameter"),
    (s3_plus_in_query, NEITHER, "sigtower refuses: signers read it as a blank or as a plus"),
    (parameter_without_name, NEITHER, "sigtower refuses: some signers drop it"),
    (query_not_utf8, NEITHER, "sigtower refuses: some signers replace the bytes by U+FFFD"),
    (tab_in_header, NEITHER, "sigtower refuses: some signers keep a tab, botocore makes it a blank"),
    (header_not_ascii, BOTOCORE, "signs UTF-8; AWS reads header bytes as Latin-1, so the signature fails"),
    (presigned_for_opensearch, BOTOCORE, "presigns for a service that refuses the parameters"),
    (unsigned_over_http, NEITHER, "sigtower refuses: anyone on the way could change the body"),
]
