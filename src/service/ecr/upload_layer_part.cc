#include "generated/ecr/upload_layer_part.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

UploadLayerPartResponse upload_layer_part(Call& call, const UploadLayerPartRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const std::string part = request.layerPartBlob();
  auto upload = value_of(call, call.house.images.resume_upload(name, request.uploadId()), name);
  const auto bytes = static_cast<std::int64_t>(upload.bytes());
  if (request.partFirstByte() != bytes || request.partLastByte() - request.partFirstByte() + 1 !=
                                              static_cast<std::int64_t>(part.size())) {
    throw aws::AwsError("InvalidLayerPartException", 400,
                        "The layer part [" + std::to_string(request.partFirstByte()) + "," +
                            std::to_string(request.partLastByte()) + "] of " +
                            std::to_string(part.size()) +
                            " bytes is not the next one: that begins at " + std::to_string(bytes));
  }
  upload.write(std::as_bytes(std::span(part)));
  return UploadLayerPartResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_uploadId(request.uploadId())
      .set_lastByteReceived(request.partLastByte());
}

}  // namespace sagebrush::service::ecr
