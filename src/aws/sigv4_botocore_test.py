"""Signs random requests with botocore, and has them checked: every one is accepted, every change of one byte refused.

Usage: sigv4_botocore_test.py CHECKER [COUNT [SEED]]
"""

import base64
import json
import random
import subprocess
import sys
import time
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

try:
    from botocore.auth import HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    sys.exit(77)  # skipped

KEY_LETTERS = "abcXYZ019-_.~ /+%=&?#:;,@!$'()*[]é€🌲\\\"|^`{}<>"
PLAIN_LETTERS = "abcXYZ019-_ /+=%&é"
CHANGES = [chr(c) for c in range(0x21, 0x7F)]


class UnsignedBody(S3SigV4Auth):
    def payload(self, request):
        return "UNSIGNED-PAYLOAD"


def text(rng, letters, least, most):
    return "".join(rng.choice(letters) for _ in range(rng.randint(least, most)))


def query_of(rng):
    pairs = [(text(rng, PLAIN_LETTERS, 1, 8), text(rng, PLAIN_LETTERS, 0, 12)) for _ in range(rng.randint(0, 4))]
    return "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs)


def old_query_of(rng):
    """Subresources, which version 2 signs, and parameters of listings, which it does not."""
    pairs = [("response-content-type", text(rng, PLAIN_LETTERS, 1, 8)), ("partNumber", "1"), ("uploadId", text(rng, PLAIN_LETTERS, 1, 9)),
             ("acl", None), ("versionId", "a"), ("prefix", "p"), ("response-expires", "x y")]
    chosen = rng.sample(pairs, rng.randint(0, 4))
    return "&".join(k if v is None else f"{k}={quote(v, safe='-_.~')}" for k, v in chosen)


def request_of(rng):
    """Gives (line for the checker, names of the signed headers)."""
    credentials = Credentials(
        "AKIA" + text(rng, "ABCDEFGHIJ234567", 16, 16),
        text(rng, "abcdefXYZ0123456789+/", 40, 40),
        token=text(rng, "abcXYZ019+/=", 20, 60) if rng.random() < 0.3 else None,
    )
    kind = rng.choice(["s3", "s3", "s3 unsigned", "s3 query", "s3 old query", "json", "query"])
    service = "s3" if kind.startswith("s3") else rng.choice(["sagemaker", "logs", "iam", "sts"])
    region = rng.choice(["us-east-1", "eu-west-1", "local"])
    headers = {}
    body = b""
    if service == "s3":
        method = rng.choice(["GET", "PUT", "HEAD", "DELETE", "POST"])
        path = "/bucket/" + quote(text(rng, KEY_LETTERS, 0, 40), safe="/~")
        query = query_of(rng)
        if kind == "s3 old query":
            query = old_query_of(rng)
            headers = {"x-amz-meta-" + text(rng, "abcdef", 1, 8): text(rng, "abc;=\"d9é+", 1, 9) for _ in range(rng.randint(0, 2))}
            if rng.random() < 0.5:
                headers["Content-Type"] = rng.choice(["text/plain", "a/b; charset=x"])
        if method in ("PUT", "POST") and "query" not in kind:
            body = rng.randbytes(rng.randint(0, 100))
        if "query" not in kind:
            for _ in range(rng.randint(0, 3)):
                value = text(rng, "ab  c,;=\"d9", 0, 15)
                headers["x-amz-meta-" + text(rng, "abcdef", 1, 8)] = value
    else:
        method, path, query = "POST", rng.choice(["/", "/endpoints/a%20b/invocations"]), ""
        body = rng.randbytes(rng.randint(0, 100))
        headers["Content-Type"] = rng.choice(["application/x-amz-json-1.1", "application/x-www-form-urlencoded"])
    host = rng.choice(["127.0.0.1:9000", "localhost", "bucket.s3.local:9443"])
    url = f"http://{host}{path}" + (f"?{query}" if query else "")
    request = AWSRequest(method=method, url=url, headers=headers, data=body)
    if kind == "s3 old query":
        virtual = host.startswith("bucket.")
        request.auth_path = "/bucket" + path if virtual else None
        seconds = rng.randint(60, 604800)
        HmacV1QueryAuth(credentials, expires=seconds).add_auth(request)
        return {"method": method, "path": path, "query": urlsplit(request.url).query, "headers": [["Host", host]], "body": "",
                "host_bucket": "bucket" if virtual else "", "access_key_id": credentials.access_key,
                "secret": credentials.secret_key, "now": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())}
    if kind == "s3 query":
        S3SigV4QueryAuth(credentials, service, region, expires=rng.randint(1, 604800)).add_auth(request)
    else:
        signer = {"s3": S3SigV4Auth, "s3 unsigned": UnsignedBody}.get(kind, SigV4Auth)
        signer(credentials, service, region).add_auth(request)
    split = urlsplit(request.url)
    # What the HTTP library adds after signing, besides what is signed.
    fields = [["Host", host], ["User-Agent", "test"]] + [[k, v] for k, v in request.headers.items()]
    line = {
        "method": method,
        "path": request.url.split("?")[0][len(f"http://{host}"):],
        "query": split.query,
        "headers": fields,
        "body": base64.b64encode(body).decode(),
        "access_key_id": credentials.access_key,
        "secret": credentials.secret_key,
        "now": request.context["timestamp"],
    }
    return line


def meaning(line):
    """What the request says, whatever its spelling: two lines with one meaning may share a signature."""
    path = unquote_to_bytes(line["path"].replace("%2f", "%2F").replace("%2F", "%252F"))
    headers = sorted((n.lower(), " ".join(v.split())) for n, v in line["headers"] if n != "User-Agent")
    return (line["method"], path, sorted(parse_qsl(line["query"], keep_blank_values=True, errors="surrogateescape")),
            headers, line["body"])


def changed(rng, line):
    """Another request: one byte of this one is another."""
    while True:
        copy = json.loads(json.dumps(line))
        # Version 2 signs neither the host nor what shapes a listing.
        where = rng.choice(["method", "path"] if "AWSAccessKeyId" in line["query"] else ["method", "path", "query", "name", "value", "value", "body"])
        if where in ("name", "value"):
            field = rng.choice([f for f in copy["headers"] if f[0] != "User-Agent"])
            slot, index = field, 0 if where == "name" else 1
        else:
            slot, index = copy, where
        if where == "body":
            if "UNSIGNED-PAYLOAD" in json.dumps(line["headers"]) or "Signature=" in line["query"]:
                continue
            data = bytearray(base64.b64decode(copy["body"]))
            if not data:
                continue
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            copy["body"] = base64.b64encode(bytes(data)).decode()
        else:
            value = slot[index]
            if not value:
                continue
            at = rng.randrange(len(value))
            slot[index] = value[:at] + rng.choice(CHANGES) + value[at + 1:]
        if meaning(copy) != meaning(line):
            return copy


def main():
    checker = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20150830
    rng = random.Random(seed)
    lines = []
    for _ in range(count):
        line = request_of(rng)
        lines += [(True, line), (False, changed(rng, line))]
    text_in = "".join(json.dumps(line) + "\n" for _, line in lines)
    run = subprocess.run([checker], input=text_in, capture_output=True, text=True, check=True)
    answers = run.stdout.splitlines()
    assert len(answers) == len(lines), f"{len(answers)} answers to {len(lines)} requests"
    wrong = [(good, answer, line) for (good, line), answer in zip(lines, answers) if (answer == "ok") != good]
    for good, answer, line in wrong[:5]:
        print("refused" if good else "accepted", answer, json.dumps(line, indent=1))
    print(f"{count} requests and {count} changed ones, {len(wrong)} answers wrong (seed {seed})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
