#include "generated/ecr/get_download_url_for_layer.h"

#include "base/text.h"
#include "service/ecr/repository.h"
#include "service/registry/access.h"
#include "store/identities.h"

namespace sagebrush::service::ecr {

namespace {

constexpr std::chrono::hours kLifetime{1};

}  // namespace

// The URL carries the right to read this one blob.
GetDownloadUrlForLayerResponse get_download_url_for_layer(
    Call& call, const GetDownloadUrlForLayerRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const std::string digest = request.layerDigest();
  value_of(call, call.house.images.find_blob(name, digest), name);
  const auto key = call.house.identities.find_key(call.principal.access_key_id);
  if (!key) throw aws::AwsError("AccessDeniedException", 400, "The access key is gone");
  const std::string token = registry::make_token(call.principal.access_key_id, key->secret,
                                                 call.time + kLifetime, name + "@" + digest);
  return GetDownloadUrlForLayerResponse().set_layerDigest(digest).set_downloadUrl(
      endpoint(call) + "/v2/" + name + "/blobs/" + digest + "?token=" + uri_encode(token));
}

}  // namespace sagebrush::service::ecr
