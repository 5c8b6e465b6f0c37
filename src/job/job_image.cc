#include "job/job_image.h"

#include "agent_protocol/image_config.h"
#include "base/error.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::Image;
using agent_protocol::ImageConfig;
using agent_protocol::ImageKind;

// TrainingImage or AlgorithmName: a request has one of them.
std::string reference_of(const json::object& request) {
  const auto* algorithm = object_at(request, "AlgorithmSpecification");
  if (!algorithm) return "";
  const std::string image = text_at(*algorithm, "TrainingImage");
  return image.empty() ? text_at(*algorithm, "AlgorithmName") : image;
}

void find_image(Image& image, const ImageTable& table, const ImageSource& registry,
                const std::string& holder) {
  if (registry.resolve) image.registry = registry.resolve(image.reference, holder);
  if (image.registry) {
    image.kind = ImageKind::kRegistry;
    return;
  }
  const auto kind = table.find(image.reference);
  if (!kind) {
    throw Error(ErrorKind::kNotFound, "ClientError: Cannot find the training image \"" +
                                          image.reference +
                                          "\": no registry entry and no alias has that name.");
  }
  image.kind = *kind;
}

std::vector<std::string> own_entrypoint(const Image& image) {
  switch (image.kind) {
    case ImageKind::kHost: return {};
    case ImageKind::kBuiltin: return {"/opt/sagebrush/bin/sagebrush-vision"};
    case ImageKind::kRegistry: return ImageConfig::of(image.registry->config).entrypoint;
  }
  return {};
}

}  // namespace

ImageOutlook look_for_image(const json::object& request, const ImageTable& table,
                            const ImageSource& registry) {
  const std::string reference = reference_of(request);
  const auto presence = registry.look ? registry.look(reference) : ImagePresence::kElsewhere;
  if (presence == ImagePresence::kHere) return {presence, ImageKind::kRegistry};
  // A repository goes before an alias of its name.
  if (presence == ImagePresence::kNoImage) return {presence};
  if (const auto kind = table.find(reference)) return {ImagePresence::kHere, kind};
  return {presence};
}

// As SageMaker runs it: `docker run IMAGE train`. ContainerEntrypoint replaces the image's entry
// point, ContainerArguments its arguments; either alone goes without "train".
Image job_image(const json::object& request, const ImageTable& table, const ImageSource& registry,
                const std::string& holder) {
  static const json::object kNothing;
  const auto* given = object_at(request, "AlgorithmSpecification");
  const json::object& algorithm = given ? *given : kNothing;
  Image image;
  image.reference = reference_of(request);
  find_image(image, table, registry, holder);
  image.entrypoint = texts_at(algorithm, "ContainerEntrypoint");
  image.arguments = texts_at(algorithm, "ContainerArguments");
  if (!image.entrypoint.empty()) return image;
  image.entrypoint = own_entrypoint(image);
  if (image.arguments.empty()) image.arguments = {"train"};
  return image;
}

}  // namespace sagebrush::job
