"""The distribution protocol by plain HTTP, as docker speaks it."""

import base64
import hashlib
import http.client
import json
import urllib.parse

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def descriptor(data, media_type=LAYER):
    return {"mediaType": media_type, "digest": digest_of(data), "size": len(data)}


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """Of the first error."""
        return self.json()["errors"][0]["code"]


class Distribution:
    """A client of one server; `user` is (name, password), by default root's access key."""

    def __init__(self, server, user=None):
        self.host = server.url.removeprefix("http://")
        name, password = user or (server.access_key_id, server.secret_access_key)
        self.authorization = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()

    def connect(self):
        return http.client.HTTPConnection(self.host, timeout=60)

    def call(self, method, path, body=None, headers=None, authorized=True, chunked=False):
        headers = dict(headers or {})
        if authorized:
            headers["Authorization"] = self.authorization
        connection = self.connect()
        try:
            connection.request(method, path, body=body, headers=headers, encode_chunked=chunked)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def start_upload(self, name):
        answer = self.call("POST", f"/v2/{name}/blobs/uploads/", headers={"Content-Length": "0"})
        assert answer.status == 202, answer.body
        return answer.headers["Location"]

    def finish_upload(self, location, digest, body=None, headers=None):
        mark = "&" if "?" in location else "?"
        return self.call("PUT", location + mark + "digest=" + urllib.parse.quote(digest), body=body, headers=headers)

    def push_blob(self, name, data):
        answer = self.finish_upload(self.start_upload(name), digest_of(data), body=data)
        assert answer.status == 201, answer.body
        return digest_of(data)

    def image(self, layer, architecture="amd64", diff_id=None, **more):
        """An image of one layer: the manifest's bytes and what it names. diff_id: of a layer that is compressed."""
        config = json.dumps({"os": "linux", "architecture": architecture, "config": {"Cmd": ["train"]},
                             "rootfs": {"type": "layers", "diff_ids": [diff_id or digest_of(layer)]}}).encode()
        manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": descriptor(config, CONFIG),
                    "layers": [descriptor(layer)], **more}
        return json.dumps(manifest).encode(), [config, layer]

    def put_manifest(self, name, reference, manifest, media_type=OCI_MANIFEST):
        return self.call("PUT", f"/v2/{name}/manifests/{reference}", body=manifest, headers={"Content-Type": media_type})

    def push_image(self, name, tag, layer=b"layer", **more):
        """Answers the manifest's digest."""
        manifest, blobs = self.image(layer, **more)
        for blob in blobs:
            self.push_blob(name, blob)
        answer = self.put_manifest(name, tag or digest_of(manifest), manifest)
        assert answer.status == 201, answer.body
        return answer.headers["Docker-Content-Digest"]
