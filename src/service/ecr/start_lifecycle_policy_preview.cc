#include "generated/ecr/start_lifecycle_policy_preview.h"

#include "service/ecr/repository.h"
#include "store/image_lifecycle.h"

namespace sagebrush::service::ecr {

// Without a text, the repository's own policy. Evaluated when it is asked for.
StartLifecyclePolicyPreviewResponse start_lifecycle_policy_preview(
    Call& call, const StartLifecyclePolicyPreviewRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const auto repository = value_of(call, call.house.images.find_repository(name), name);
  const std::string text = require_lifecycle_policy(
      call, request.lifecyclePolicyText().value_or(repository.lifecycle_policy), name);
  store::parse_lifecycle_policy(text);
  value_of(call,
           call.house.images.update_repository(
               name, [&](store::Repository& changing) { changing.preview_policy = text; }),
           name);
  return StartLifecyclePolicyPreviewResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_lifecyclePolicyText(text)
      .set_status("IN_PROGRESS");
}

}  // namespace sagebrush::service::ecr
