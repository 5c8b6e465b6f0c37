#include "generated/ecr/batch_check_layer_availability.h"

#include "service/ecr/repository.h"
#include "store/image_names.h"

namespace sagebrush::service::ecr {

BatchCheckLayerAvailabilityResponse batch_check_layer_availability(
    Call& call, const BatchCheckLayerAvailabilityRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  value_of(call, call.house.images.find_repository(name), name);
  std::vector<Layer> layers;
  std::vector<LayerFailure> failures;
  for (const std::string& digest : request.layerDigests()) {
    if (!store::is_digest(digest)) {
      failures.push_back(LayerFailure()
                             .set_layerDigest(digest)
                             .set_failureCode("InvalidLayerDigest")
                             .set_failureReason("Invalid request parameters: layer digest should "
                                                "satisfy the regex 'sha256:[a-f0-9]{64}'"));
      continue;
    }
    Layer layer;
    layer.set_layerDigest(digest);
    if (const auto blob = call.house.images.find_blob(name, digest)) {
      layer.set_layerAvailability("AVAILABLE")
          .set_layerSize(static_cast<std::int64_t>(blob->bytes));
    } else {
      layer.set_layerAvailability("UNAVAILABLE");
    }
    layers.push_back(std::move(layer));
  }
  return BatchCheckLayerAvailabilityResponse()
      .set_layers(std::move(layers))
      .set_failures(std::move(failures));
}

}  // namespace sagebrush::service::ecr
