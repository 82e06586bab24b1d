"""Random requests that sigtower and botocore can both express.

A request is written twice. sigtower reads the line as it would be sent: with any spelling that the standards allow.
botocore gets the parameters of the query decoded, as its own clients give them to it.
"""

import base64
import datetime
import string
from dataclasses import dataclass
from urllib.parse import quote

UNRESERVED = string.ascii_letters + string.digits + "-._~"
PATH_RAW = UNRESERVED + "!$&'()*+,;=:@[]^|\\{}\""
QUERY_RAW = UNRESERVED + "!$'()*,;:@/?[]^|\\{}`"
LETTERS = UNRESERVED + " %+&=/?#é中🎬ß\x7f<>\"'*;,:@!$()"
S3_SERVICES = ("s3", "s3-outposts", "s3-object-lambda")
SERVICES = ("es", "es", "aoss", "execute-api", "aps", "sts", "dynamodb", "lambda", "bedrock", *S3_SERVICES)
NAMES = ("es-proxy", "search-movies-abc123.us-east-1.es.amazonaws.com", "xyz.us-west-2.aoss.amazonaws.com", "localhost",
         "127.0.0.1", "[::1]", "[2001:db8::17]", "My-Bucket.S3.Eu-West-1.amazonaws.com", "a.example")
TYPES = ("application/json", "application/x-ndjson", "text/plain; charset=UTF-8", "application/x-www-form-urlencoded")
OTHER_HEADERS = ("accept", "x-opaque-id", "range", "if-match", "x-a", "x-amz", "cookie", "accept-language")


@dataclass
class Request:
    method: str
    scheme: str
    authority: str
    path: str  # as it is sent
    pairs: list  # of the query, decoded
    query: str  # as it is sent
    headers: list
    body: bytes
    service: str
    region: str
    access_key: str
    secret_key: str
    token: str | None
    time: datetime.datetime
    policy: str  # "minimal" or "all" headers
    unsigned: bool
    hash_header: bool
    presign: int | None
    #: Whether botocore gets the query as it is sent, in place of the pairs.
    query_as_sent: bool = False

    def is_s3(self):
        return self.service in S3_SERVICES

    def as_vector(self, number):
        """The request in the format of the golden vectors."""
        settings = {"header_policy": self.policy, "payload_header": self.hash_header,
                    "payload": "UNSIGNED-PAYLOAD" if self.unsigned else "hash", "presign": self.presign}
        return {"id": number, "method": self.method, "scheme": self.scheme, "authority": self.authority,
                "uri": self.path + ("?" + self.query if self.query else ""), "headers": self.headers,
                "body_b64": base64.b64encode(self.body).decode(), "service": self.service, "region": self.region,
                "access_key": self.access_key, "secret_key": self.secret_key, "session_token": self.token,
                "timestamp": self.time.strftime("%Y%m%dT%H%M%SZ"), "settings": settings}


def generate(rng):
    """A request on which both signers must agree."""
    service = rng.choice(SERVICES)
    s3 = service in S3_SERVICES
    presign = rng.choice((1, 60, 600, 604_800)) if service not in ("es", "aoss") and rng.random() < 0.2 else None
    unsigned = presign is None and rng.random() < 0.1
    pairs = [(text(rng, 1, 8), text(rng, 0, 16)) for _ in range(rng.choice((0, 0, 1, 2, 5)))]
    if s3 or presign:
        pairs = list(dict(pairs).items())  # S3 refuses a repeated name, and botocore presigns only the first
    if presign and rng.random() < 0.5:
        pairs = []
    policy = rng.choice(("minimal", "all"))
    scheme = "https" if unsigned or presign or rng.random() < 0.7 else "http"
    return Request(
        method=rng.choice(("GET", "PUT", "POST", "HEAD", "DELETE", "PATCH", "OPTIONS")),
        scheme=scheme,
        authority=rng.choice(NAMES) + rng.choice(("", "", ":443", ":80", ":9200")),
        path=path(rng, s3),
        pairs=pairs,
        query=spell_query(rng, pairs, plus=not s3 or presign is not None),
        headers=headers(rng, policy),
        body=b"" if presign else body(rng),
        service=service,
        region=rng.choice(("us-east-1", "eu-central-2", "us-gov-west-1", "cn-north-1", "ap-southeast-7")),
        access_key="AKID" + letters(rng, string.ascii_uppercase + string.digits, 4, 28),
        secret_key=letters(rng, string.ascii_letters + string.digits + "+/=", 1, 80),
        token=letters(rng, string.ascii_letters + string.digits + "+/=", 1, 900) if rng.random() < 0.5 else None,
        time=datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=rng.randrange(4_102_444_800)),
        policy=policy,
        unsigned=unsigned,
        hash_header=s3 or unsigned or rng.random() < 0.5,
        presign=presign,
    )


def letters(rng, alphabet, least, most):
    return "".join(rng.choices(alphabet, k=rng.randint(least, most)))


def text(rng, least, most):
    return letters(rng, rng.choice((UNRESERVED, LETTERS)), least, most)


def path(rng, s3):
    """An S3 path is the canonical spelling of the key, because botocore signs it as it is given."""
    if rng.random() < 0.1:
        return rng.choice(("/", "/" if s3 else ""))
    segments = []
    for _ in range(rng.randint(1, 5)):
        segment = text(rng, 1, 12).replace("/", "")
        if s3:
            segment = quote(segment, safe="-._~")
        else:
            segment = rng.choice(("", ".", segment, segment, segment, segment))
            segment = spell(rng, segment, PATH_RAW)
        segments.append(segment)
    if segments[-1] in (".", "..") or (s3 and set(segments) & {".", ".."}):
        segments.append("x")
    # A ".." that has a segment to remove.
    if not s3 and rng.random() < 0.1:
        segments[:0] = ["a", ".."]
        segments.append("z")
    made = "/" + "/".join("x" if part == ".." and at != 1 else part for at, part in enumerate(segments))
    return made + rng.choice(("", "", "/"))


def spell(rng, plain, raw, plus=False):
    """One of the spellings of a text in a URL. Some are percent-encoded where that is not necessary."""
    eager = rng.choice((0, 0, 0.3))
    lower = rng.random() < 0.3
    written = []
    for char in plain:
        if char == "." and raw is PATH_RAW:
            written.append(char)  # an encoded dot may make a dot segment
        elif char in raw and rng.random() >= eager:
            written.append(char)
        elif char == " " and plus and rng.random() < 0.5:
            written.append("+")
        else:
            escaped = "".join(f"%{byte:02X}" for byte in char.encode())
            written.append(escaped.lower() if lower else escaped)
    return "".join(written)


def spell_query(rng, pairs, plus):
    parts = []
    for name, value in pairs:
        part = spell(rng, name, QUERY_RAW, plus)
        value = spell(rng, value, QUERY_RAW + "=", plus)
        parts.append(part if not value and rng.random() < 0.5 else f"{part}={value}")
    return "&".join(parts)


def headers(rng, policy):
    found = []
    if rng.random() < 0.5:
        found.append(["Content-Type", rng.choice(TYPES)])
    if rng.random() < 0.1:
        found.append(["content-md5", base64.b64encode(rng.randbytes(16)).decode()])
    for _ in range(rng.choice((0, 0, 1, 3))):
        name = rng.choice(("x-amz-target", "X-Amz-Meta-A", "x-amz-meta-b", "x-amz-storage-class", "x-amz-acl"))
        found.append([name, header_value(rng)])
    if policy == "all":
        for _ in range(rng.choice((0, 1, 4))):
            found.append([rng.choice(OTHER_HEADERS), header_value(rng)])
    rng.shuffle(found)
    return found


def header_value(rng):
    visible = "".join(map(chr, range(0x21, 0x7F)))
    return letters(rng, visible + "   ", 0, 24)


def body(rng):
    return rng.randbytes(rng.choice((0, 0, 1, 55, 64, 300, rng.randint(0, 3000))))
