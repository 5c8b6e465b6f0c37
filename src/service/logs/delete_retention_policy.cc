#include "generated/logs/delete_retention_policy.h"

#include "service/call.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

void delete_retention_policy(Call& call, const DeleteRetentionPolicyRequest& request) {
  call.house.logs.set_retention(request.logGroupName(), std::nullopt);
}

}  // namespace sagebrush::service::logs
