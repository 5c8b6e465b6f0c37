"""An image as a folder that podman reads."""

import hashlib
import json
import os


def write_layout(folder, image):
    """The same image as podman reads it."""
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs)

    def put(value):
        blob = json.dumps(value).encode()
        name = hashlib.sha256(blob).hexdigest()
        with open(os.path.join(blobs, name), "wb") as file:
            file.write(blob)
        return {"digest": "sha256:" + name, "size": len(blob)}

    for layer in image["layers"]:
        os.link(layer["blob"], os.path.join(blobs, layer["digest"].split(":")[1]))
    config = put({"architecture": "amd64", "os": "linux", "config": {},
                  "rootfs": {"type": "layers", "diff_ids": [layer["diff_id"] for layer in image["layers"]]}})
    manifest_type = "application/vnd.oci.image.manifest.v1+json"
    manifest = put({"schemaVersion": 2, "mediaType": manifest_type,
                    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
                    "layers": [{"mediaType": layer["media_type"], "digest": layer["digest"], "size": layer["bytes"]}
                               for layer in image["layers"]]})
    with open(os.path.join(folder, "index.json"), "w") as file:
        json.dump({"schemaVersion": 2, "manifests": [{"mediaType": manifest_type, **manifest,
                                                      "annotations": {"org.opencontainers.image.ref.name": "bench"}}]}, file)
    with open(os.path.join(folder, "oci-layout"), "w") as file:
        json.dump({"imageLayoutVersion": "1.0.0"}, file)
