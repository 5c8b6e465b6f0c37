#include "service/registry/registry_error.h"

namespace sagebrush::service::registry {

namespace json = boost::json;

http::Response RegistryError::response() const {
  json::object error{{"code", code_}, {"message", message_}};
  if (!detail_.is_null()) error["detail"] = detail_;
  http::Response answer;
  answer.status = status_;
  answer.headers.set("Content-Type", "application/json");
  answer.body = json::serialize(json::object{{"errors", json::array{std::move(error)}}});
  return answer;
}

void throw_problem(const store::ImageProblem& problem, const std::string& account,
                   const std::string& repository, const std::string& reference) {
  using Fault = store::ImageFault;
  const json::object blob{{"digest", problem.what}};
  switch (problem.fault) {
    case Fault::kNoSuchRepository:
      throw RegistryError(
          "NAME_UNKNOWN", 404,
          "The repository with name '" + repository + "' does not exist in the registry with id '" +
              account + "'; create it: aws ecr create-repository --repository-name " + repository,
          json::object{{"name", repository}});
    case Fault::kNoSuchImage:
    case Fault::kTagMismatch:
      throw RegistryError("MANIFEST_UNKNOWN", 404,
                          "The repository '" + repository + "' has no image '" + reference + "'",
                          json::object{{"reference", reference}});
    case Fault::kNoSuchBlob:
      throw RegistryError("BLOB_UNKNOWN", 404,
                          "The repository '" + repository + "' has no blob " + problem.what, blob);
    case Fault::kNoSuchUpload:
      throw RegistryError("BLOB_UPLOAD_UNKNOWN", 404,
                          "No such upload: it was finished, cancelled or given up, or never begun");
    case Fault::kUploadBusy:
      throw RegistryError("BLOB_UPLOAD_INVALID", 409,
                          "Another request writes this upload just now");
    case Fault::kDigestMismatch:
      throw RegistryError(
          "DIGEST_INVALID", 400,
          "What came has another digest: it is " + problem.what + ", not " + reference,
          json::object{{"digest", reference}, {"actual", problem.what}});
    case Fault::kMissingBlob:
      throw RegistryError("MANIFEST_BLOB_UNKNOWN", 404,
                          "The manifest names the blob " + problem.what +
                              ", which the repository '" + repository + "' does not have",
                          blob);
    case Fault::kMissingManifest:
      throw RegistryError("MANIFEST_BLOB_UNKNOWN", 404,
                          "The index names the manifest " + problem.what +
                              ", which the repository '" + repository + "' does not have",
                          blob);
    case Fault::kWrongSize:
      throw RegistryError(
          "SIZE_INVALID", 400,
          "The manifest says another size of the blob " + problem.what + " than it has", blob);
    case Fault::kTagImmutable:
      throw RegistryError("TAG_INVALID", 400,
                          "The image tag '" + problem.what + "' already exists in the '" +
                              repository +
                              "' repository and cannot be overwritten because the repository is "
                              "immutable.");
    case Fault::kReferenced:
      throw RegistryError("DENIED", 403, "It is part of " + problem.what + ": delete that first",
                          blob);
    case Fault::kRepositoryExists:
    case Fault::kRepositoryNotEmpty: break;
  }
  throw RegistryError("UNKNOWN", 500, "The registry cannot do that");
}

}  // namespace sagebrush::service::registry
