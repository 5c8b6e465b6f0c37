#include "generated/ecr/create_repository.h"

#include <boost/json.hpp>

#include "service/ecr/repository.h"
#include "store/tags.h"

namespace sagebrush::service::ecr {

namespace {

// Kept and shown; images are not scanned, and what encrypts the disk is the machine's affair.
std::string settings_of(const CreateRepositoryRequest& request) {
  boost::json::object settings;
  if (const auto scanning = request.imageScanningConfiguration()) {
    settings["scanOnPush"] = scanning->scanOnPush().value_or(false);
  }
  if (const auto encryption = request.encryptionConfiguration()) {
    settings["encryptionType"] = encryption->encryptionType();
    if (const auto key = encryption->kmsKey()) settings["kmsKey"] = *key;
  }
  return boost::json::serialize(settings);
}

}  // namespace

CreateRepositoryResponse create_repository(Call& call, const CreateRepositoryRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  store::Repository wanted{.name = name, .region = call.region, .settings = settings_of(request)};
  set_mutability(wanted, request.imageTagMutability().value_or("MUTABLE"),
                 request.imageTagMutabilityExclusionFilters());
  const auto made = value_of(call, call.house.images.create_repository(wanted), name);
  if (const auto given = request.tags()) {
    std::vector<store::Tag> tags;
    for (const Tag& tag : *given)
      tags.emplace_back(tag.Key().value_or(""), tag.Value().value_or(""));
    store::Tags(call.house.database).put(repository_arn(call, made), tags);
  }
  return CreateRepositoryResponse().set_repository(show(call, made));
}

}  // namespace sagebrush::service::ecr
