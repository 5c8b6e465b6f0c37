#include "generated/ecr/put_image.h"

#include "base/hash.h"
#include "service/ecr/repository.h"
#include "store/image_manifest.h"

namespace sagebrush::service::ecr {

namespace {

store::Manifest read_manifest(const std::string& media_type, const std::string& content) {
  try {
    return store::parse_manifest(media_type, content);
  } catch (const Error& error) {
    throw aws::AwsError("InvalidParameterException", 400,
                        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: '" +
                            std::string(error.what()) + "'");
  }
}

}  // namespace

PutImageResponse put_image(Call& call, const PutImageRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const std::string content = request.imageManifest();
  const std::string tag = request.imageTag().value_or("");
  const std::string digest = "sha256:" + sha256_hex(content);
  if (const auto expected = request.imageDigest(); expected && *expected != digest) {
    throw aws::AwsError(
        "ImageDigestDoesNotMatchException", 400,
        "Image digest '" + *expected + "' does not match the provided manifest, '" + digest + "'");
  }
  const auto manifest = read_manifest(request.imageManifestMediaType().value_or(""), content);
  const auto pushed =
      value_of(call, call.house.images.put_image(name, manifest, content, tag), name);
  if (pushed.there_before) {
    throw aws::AwsError("ImageAlreadyExistsException", 400,
                        "Image with digest '" + digest + "'" +
                            (tag.empty() ? "" : " and tag '" + tag + "'") +
                            " already exists in the repository with name '" + name +
                            "' in registry with id '" + call.house.account + "'");
  }
  return PutImageResponse().set_image(Image()
                                          .set_registryId(call.house.account)
                                          .set_repositoryName(name)
                                          .set_imageId(show({.tag = tag, .digest = digest}))
                                          .set_imageManifest(content)
                                          .set_imageManifestMediaType(manifest.media_type));
}

}  // namespace sagebrush::service::ecr
