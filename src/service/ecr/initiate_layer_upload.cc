#include "generated/ecr/initiate_layer_upload.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

namespace {

// A part comes as base64 in a body of 8 MiB at most.
constexpr std::int64_t kPartSize = 5 << 20;

}  // namespace

InitiateLayerUploadResponse initiate_layer_upload(Call& call,
                                                  const InitiateLayerUploadRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto upload = value_of(call, call.house.images.start_upload(name), name);
  return InitiateLayerUploadResponse().set_uploadId(upload.id()).set_partSize(kPartSize);
}

}  // namespace sagebrush::service::ecr
