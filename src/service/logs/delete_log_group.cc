#include "generated/logs/delete_log_group.h"

#include "service/call.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

void delete_log_group(Call& call, const DeleteLogGroupRequest& request) {
  call.house.logs.delete_group(request.logGroupName());
}

}  // namespace sagebrush::service::logs
