#include "agent_protocol/registry_image.h"

#include "agent_protocol/json_reader.h"

namespace sagebrush::agent_protocol {
namespace {

namespace json = boost::json;

ImageLayer layer_from(const json::object& object) {
  const JsonReader in(object);
  return {.digest = in.text("digest"),
          .media_type = in.text("media_type"),
          .bytes = in.size("bytes"),
          .blob = in.text("blob"),
          .diff_id = in.text("diff_id")};
}

}  // namespace

json::object RegistryImage::to_json() const {
  json::array all;
  for (const ImageLayer& layer : layers) {
    all.push_back(json::object{{"digest", layer.digest},
                               {"media_type", layer.media_type},
                               {"bytes", static_cast<std::int64_t>(layer.bytes)},
                               {"blob", layer.blob},
                               {"diff_id", layer.diff_id}});
  }
  return {{"repository", repository},
          {"digest", digest},
          {"config", config},
          {"layers", std::move(all)}};
}

RegistryImage RegistryImage::from_json(const json::object& object) {
  const JsonReader in(object);
  RegistryImage image{.repository = in.text("repository"),
                      .digest = in.text("digest"),
                      .config = in.object("config"),
                      .layers = {}};
  for (const auto& layer : in.array("layers")) {
    image.layers.push_back(layer_from(as_object(layer, "a layer")));
  }
  return image;
}

}  // namespace sagebrush::agent_protocol
