#include "service/ecr/repository.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "generated/ecr/shapes/encryption_configuration.h"
#include "generated/ecr/shapes/image_scanning_configuration.h"

namespace sagebrush::service::ecr {
namespace {

namespace json = boost::json;
using aws::AwsError;
using sagebrush::ecr::EncryptionConfiguration;
using sagebrush::ecr::ImageScanningConfiguration;
using ExclusionFilter = sagebrush::ecr::ImageTagMutabilityExclusionFilter;

constexpr const char* kWithExclusion = "_WITH_EXCLUSION";

std::string of_registry(const Call& call) {
  return "in the registry with id '" + call.house.account + "'";
}

std::string host(const Call& call) {
  return std::string(call.request->headers.get("Host"));
}

std::string require_policy(const Call& call, std::string text, const char* kind,
                           const std::string& repository) {
  if (!text.empty()) return text;
  throw AwsError(std::string(kind) + "PolicyNotFoundException", 400,
                 std::string(kind) + " policy does not exist for the repository with name '" +
                     repository + "' " + of_registry(call));
}

}  // namespace

std::string require_lifecycle_policy(const Call& call, std::string text,
                                     const std::string& repository) {
  return require_policy(call, std::move(text), "Lifecycle", repository);
}

std::string require_access_policy(const Call& call, std::string text,
                                  const std::string& repository) {
  return require_policy(call, std::move(text), "Repository", repository);
}

std::string repository_arn(const Call& call, const store::Repository& repository) {
  return "arn:aws:ecr:" + repository.region + ":" + call.house.account + ":repository/" +
         repository.name;
}

std::string repository_uri(const Call& call, const std::string& name) {
  return host(call) + "/" + name;
}

std::string endpoint(const Call& call) {
  return (call.request->secure ? "https://" : "http://") + host(call);
}

std::string mutability_of(const store::Repository& repository) {
  return std::string(repository.immutable_tags ? "IMMUTABLE" : "MUTABLE") +
         (repository.tag_exclusions.empty() ? "" : kWithExclusion);
}

std::vector<ExclusionFilter> exclusions_of(const store::Repository& repository) {
  std::vector<ExclusionFilter> filters;
  for (const std::string& pattern : repository.tag_exclusions) {
    filters.push_back(ExclusionFilter().set_filterType("WILDCARD").set_filter(pattern));
  }
  return filters;
}

void set_mutability(store::Repository& repository, const std::string& mutability,
                    const std::optional<std::vector<ExclusionFilter>>& exclusions) {
  if (mutability.ends_with(kWithExclusion) != exclusions.has_value()) {
    throw AwsError("InvalidParameterException", 400,
                   "Invalid parameter at 'imageTagMutabilityExclusionFilters': " + mutability +
                       (exclusions ? " goes without exclusion filters"
                                   : " needs at least one exclusion filter"));
  }
  repository.immutable_tags = mutability.starts_with("IMMUTABLE");
  repository.tag_exclusions.clear();
  if (!exclusions) return;
  for (const ExclusionFilter& filter : *exclusions) {
    repository.tag_exclusions.push_back(filter.filter());
  }
}

sagebrush::ecr::Repository show(const Call& call, const store::Repository& repository) {
  sagebrush::ecr::Repository shown;
  shown.set_repositoryArn(repository_arn(call, repository))
      .set_registryId(call.house.account)
      .set_repositoryName(repository.name)
      .set_repositoryUri(repository_uri(call, repository.name))
      .set_createdAt(repository.created)
      .set_imageTagMutability(mutability_of(repository));
  if (!repository.tag_exclusions.empty()) {
    shown.set_imageTagMutabilityExclusionFilters(exclusions_of(repository));
  }
  const json::object settings = json::parse(repository.settings).as_object();
  const auto* scan = settings.if_contains("scanOnPush");
  shown.set_imageScanningConfiguration(
      ImageScanningConfiguration().set_scanOnPush(scan && scan->is_bool() && scan->get_bool()));
  EncryptionConfiguration encryption;
  const auto* type = settings.if_contains("encryptionType");
  encryption.set_encryptionType(type ? std::string(type->as_string()) : "AES256");
  if (const auto* key = settings.if_contains("kmsKey")) {
    encryption.set_kmsKey(std::string(key->as_string()));
  }
  return shown.set_encryptionConfiguration(encryption);
}

void throw_problem(const Call& call, const store::ImageProblem& problem,
                   const std::string& repository) {
  using Fault = store::ImageFault;
  const std::string named = "repository with name '" + repository + "'";
  switch (problem.fault) {
    case Fault::kNoSuchRepository:
      throw AwsError("RepositoryNotFoundException", 400,
                     "The " + named + " does not exist " + of_registry(call));
    case Fault::kRepositoryExists:
      throw AwsError("RepositoryAlreadyExistsException", 400,
                     "The " + named + " already exists " + of_registry(call));
    case Fault::kRepositoryNotEmpty:
      throw AwsError("RepositoryNotEmptyException", 400,
                     "The " + named + " in registry with id '" + call.house.account +
                         "' cannot be deleted because it still contains images");
    case Fault::kNoSuchImage:
      throw AwsError("ImageNotFoundException", 400,
                     "The image does not exist within the " + named + " " + of_registry(call));
    case Fault::kNoSuchBlob:
    case Fault::kMissingBlob:
      throw AwsError("LayersNotFoundException", 400,
                     "Layers with digests '[" + problem.what + "]' do not exist within the " +
                         named + " " + of_registry(call));
    case Fault::kMissingManifest:
      throw AwsError("ReferencedImagesNotFoundException", 400,
                     "Images with digests '[" + problem.what +
                         "]' required for pushing image into " + named + " " + of_registry(call) +
                         " do not exist");
    case Fault::kNoSuchUpload:
      throw AwsError("UploadNotFoundException", 400,
                     "The upload does not exist in the " + named + " " + of_registry(call));
    case Fault::kUploadBusy:
      throw AwsError("InvalidLayerPartException", 400,
                     "Another request writes this upload just now");
    case Fault::kDigestMismatch:
      throw AwsError("InvalidLayerException", 400,
                     "The digest of the layer that was uploaded is " + problem.what);
    case Fault::kWrongSize:
      throw AwsError("InvalidParameterException", 400,
                     "Invalid parameter at 'imageManifest': it says another size of the layer " +
                         problem.what + " than it has");
    case Fault::kTagImmutable:
      throw AwsError("ImageTagAlreadyExistsException", 400,
                     "The image tag '" + problem.what + "' already exists in the '" + repository +
                         "' repository and cannot be overwritten because the repository is "
                         "immutable.");
    case Fault::kTagMismatch:
    case Fault::kReferenced: break;
  }
  throw AwsError("InvalidParameterException", 400, "The image does not allow that");
}

void check_registry(const Call& call, const std::optional<std::string>& registry_id,
                    const std::string& repository) {
  if (!registry_id || *registry_id == call.house.account) return;
  throw AwsError("RepositoryNotFoundException", 400,
                 "The repository with name '" + repository +
                     "' does not exist in the registry with id '" + *registry_id + "'");
}

store::ImageId to_id(const sagebrush::ecr::ImageIdentifier& id) {
  return {.tag = id.imageTag().value_or(""), .digest = id.imageDigest().value_or("")};
}

sagebrush::ecr::ImageIdentifier show(const store::ImageId& id) {
  sagebrush::ecr::ImageIdentifier shown;
  if (!id.digest.empty()) shown.set_imageDigest(id.digest);
  if (!id.tag.empty()) shown.set_imageTag(id.tag);
  return shown;
}

std::string describe(const store::ImageId& id) {
  const auto quoted = [](const std::string& text) {
    return "'" + (text.empty() ? std::string("null") : text) + "'";
  };
  return "{imageDigest:" + quoted(id.digest) + ", imageTag:" + quoted(id.tag) + "}";
}

bool has_tag_status(const store::ImageInfo& image, const std::optional<std::string>& status) {
  if (!status || *status == "ANY") return true;
  return (*status == "TAGGED") != image.tags.empty();
}

std::string read_token(const std::optional<std::string>& token) {
  if (!token) return "";
  if (auto last = from_base64(*token)) return *last;
  throw AwsError("InvalidParameterException", 400, "Invalid parameter at 'nextToken'");
}

std::string write_token(const std::string& last) {
  return to_base64(last);
}

}  // namespace sagebrush::service::ecr
