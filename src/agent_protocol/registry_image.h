#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace sagebrush::agent_protocol {

// One layer of an image, lowest first.
struct ImageLayer {
  std::string digest;      // "sha256:…" of the bytes as stored: the blob's name in the registry
  std::string media_type;  // says how the tar is compressed
  std::uint64_t bytes = 0;
  std::string blob;     // its file on the server's disk, absolute; immutable
  std::string diff_id;  // "sha256:…" of the uncompressed tar
};

// One platform's image of the server's own registry. The server holds its blobs until the attempt
// is over.
struct RegistryImage {
  std::string repository;      // for GET /v2/<repository>/blobs/<digest> by nodes without the disk
  std::string digest;          // of the platform's manifest
  boost::json::object config;  // the image's config blob: Entrypoint, Env, WorkingDir … in "config"
  std::vector<ImageLayer> layers;

  boost::json::object to_json() const;
  // Throws Error{kInvalid} that names the member.
  static RegistryImage from_json(const boost::json::object& object);
};

}  // namespace sagebrush::agent_protocol
