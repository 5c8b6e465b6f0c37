#include "store/image_manifest.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "store/image_names.h"

namespace sagebrush::store {
namespace {

namespace json = boost::json;

// No real image comes near; it bounds the rows that one request can write.
constexpr std::size_t kMostDescriptors = 4096;
constexpr std::string_view kUnknownConfig = "application/vnd.oci.empty.v1+json";

[[noreturn]] void wrong(const std::string& member, const std::string& expected) {
  throw Error(ErrorKind::kInvalid, "manifest: " + member + " must be " + expected);
}

std::string text_member(const json::object& object, const char* name, const std::string& where) {
  const auto* value = object.if_contains(name);
  if (!value || value->is_null()) return "";
  if (!value->is_string()) wrong(where + name, "a string");
  return std::string(value->get_string());
}

std::uint64_t size_member(const json::object& object, const std::string& where) {
  const auto* value = object.if_contains("size");
  if (value && value->is_int64() && value->get_int64() >= 0) {
    return static_cast<std::uint64_t>(value->get_int64());
  }
  wrong(where + "size", "a number of bytes");
}

Descriptor descriptor_from(const json::value& value, const std::string& name) {
  const auto* object = value.if_object();
  if (!object) wrong(name, "a descriptor");
  const std::string where = name + ".";
  Descriptor found;
  found.media_type = text_member(*object, "mediaType", where);
  found.digest = text_member(*object, "digest", where);
  found.bytes = size_member(*object, where);
  if (!is_digest(found.digest)) wrong(where + "digest", "sha256: and 64 hexadecimal digits");
  const auto* urls = object->if_contains("urls");
  found.elsewhere = (urls && urls->is_array() && !urls->get_array().empty()) ||
                    found.media_type.find(".foreign.") != std::string::npos ||
                    found.media_type.find(".nondistributable.") != std::string::npos;
  if (const auto* platform = object->if_contains("platform"); platform && platform->is_object()) {
    const json::object& on = platform->get_object();
    found.os = text_member(on, "os", where + "platform.");
    found.architecture = text_member(on, "architecture", where + "platform.");
    found.variant = text_member(on, "variant", where + "platform.");
  }
  return found;
}

std::vector<Descriptor> descriptors(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_array()) wrong(name, "a list of descriptors");
  const json::array& list = value->get_array();
  if (list.size() > kMostDescriptors) {
    wrong(name, "at most " + std::to_string(kMostDescriptors) + " descriptors");
  }
  std::vector<Descriptor> all;
  for (std::size_t i = 0; i < list.size(); ++i) {
    all.push_back(descriptor_from(list[i], std::string(name) + "[" + std::to_string(i) + "]"));
  }
  return all;
}

json::object parse_object(std::string_view text) {
  json::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed) {
    throw Error(ErrorKind::kInvalid, "manifest: it is not JSON (" + failed.message() + ")");
  }
  if (!value.is_object()) wrong("it", "a JSON object");
  return std::move(value.get_object());
}

// The type that header and content agree on. Parameters of the header do not count.
std::string media_type_of(std::string_view content_type, const json::object& object) {
  const std::string header(trim(content_type.substr(0, content_type.find(';'))));
  const std::string member = text_member(object, "mediaType", "");
  if (header.empty()) return member;
  if (!member.empty() && member != header) {
    throw Error(ErrorKind::kInvalid, "manifest: mediaType is \"" + member +
                                         "\" but it came as Content-Type \"" + header + "\"");
  }
  return header;
}

void require_schema_2(const json::object& object) {
  const auto* version = object.if_contains("schemaVersion");
  if (!version || !version->is_int64() || version->get_int64() != 2) wrong("schemaVersion", "2");
}

}  // namespace

std::uint64_t Manifest::image_bytes() const {
  std::uint64_t bytes = config ? config->bytes : 0;
  for (const Descriptor& layer : layers) bytes += layer.bytes;
  return bytes;
}

Manifest parse_manifest(std::string_view content_type, std::string_view text) {
  const json::object object = parse_object(text);
  Manifest manifest;
  manifest.media_type = media_type_of(content_type, object);
  manifest.is_index = manifest.media_type == kOciIndex || manifest.media_type == kDockerList;
  if (!manifest.is_index && manifest.media_type != kOciManifest &&
      manifest.media_type != kDockerManifest) {
    throw Error(ErrorKind::kUnsupported,
                "manifest: media type \"" + manifest.media_type +
                    "\" is not taken; known are OCI image manifests and indexes, and Docker "
                    "manifests of schema 2 and their lists");
  }
  require_schema_2(object);
  manifest.artifact_type = text_member(object, "artifactType", "");
  if (manifest.is_index) {
    manifest.manifests = descriptors(object, "manifests");
  } else {
    const auto* config = object.if_contains("config");
    if (!config) wrong("config", "a descriptor");
    manifest.config = descriptor_from(*config, "config");
    manifest.layers = descriptors(object, "layers");
    if (manifest.artifact_type.empty() && manifest.config->media_type != kUnknownConfig) {
      manifest.artifact_type = manifest.config->media_type;
    }
  }
  if (const auto* subject = object.if_contains("subject"); subject && !subject->is_null()) {
    manifest.subject = descriptor_from(*subject, "subject").digest;
  }
  if (const auto* annotations = object.if_contains("annotations");
      annotations && annotations->is_object()) {
    manifest.annotations = json::serialize(*annotations);
  }
  return manifest;
}

}  // namespace sagebrush::store
