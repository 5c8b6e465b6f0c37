#include "generated/ecr/complete_layer_upload.h"

#include "service/ecr/repository.h"
#include "store/image_names.h"

namespace sagebrush::service::ecr {

CompleteLayerUploadResponse complete_layer_upload(Call& call,
                                                  const CompleteLayerUploadRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto digests = request.layerDigests();
  if (digests.size() != 1 || !store::is_digest(digests[0])) {
    throw aws::AwsError("InvalidParameterException", 400,
                        "Invalid parameter at 'layerDigests': one of sha256 is needed");
  }
  const std::string& digest = digests[0];
  auto upload = value_of(call, call.house.images.resume_upload(name, request.uploadId()), name);
  if (upload.bytes() == 0) {
    throw aws::AwsError("EmptyUploadException", 400, "The upload has no part");
  }
  if (call.house.images.find_blob(name, digest)) {
    upload.cancel();
    throw aws::AwsError(
        "LayerAlreadyExistsException", 400,
        "Layer with digest '" + digest + "' already exists in the repository '" + name + "'");
  }
  value_of(call, upload.finish(digest), name);
  return CompleteLayerUploadResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_uploadId(request.uploadId())
      .set_layerDigest(digest);
}

}  // namespace sagebrush::service::ecr
