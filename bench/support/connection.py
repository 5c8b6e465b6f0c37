"""One kept-alive connection to a server under test, with requests signed by hand: a client library would cost more than the server."""

import datetime
import hashlib
import hmac
import http.client
import json

SCOPES = {"SageMaker": "sagemaker", "Logs_20140328": "logs"}


def _mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signed_headers(server, target, body):
    """Headers of a JSON 1.1 call ("SageMaker.CreateTrainingJob"); they hold for a quarter of an hour."""
    service, host = SCOPES[target.split(".")[0]], server.url.removeprefix("http://")
    time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    names = "content-type;host;x-amz-date;x-amz-target"
    canonical = (f"POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:{host}\nx-amz-date:{time}\n"
                 f"x-amz-target:{target}\n\n{names}\n{digest}")
    scope = f"{time[:8]}/us-east-1/{service}/aws4_request"
    key = _mac(_mac(_mac(_mac(b"AWS4" + server.secret_access_key.encode(), time[:8]), "us-east-1"), service), "aws4_request")
    text = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return {"Content-Type": "application/x-amz-json-1.1", "Host": host, "X-Amz-Date": time, "X-Amz-Target": target,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={server.access_key_id}/{scope}, SignedHeaders={names}, "
                             f"Signature={signature}"}


class Connection:
    def __init__(self, server):
        self.server = server
        self.http = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)

    def call(self, target, request):
        body = json.dumps(request).encode()
        self.http.request("POST", "/", body, signed_headers(self.server, target, body))
        answer = self.http.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{target}: {answer.status} {text[:500]}")
        return json.loads(text) if text else {}
