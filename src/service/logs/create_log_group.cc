#include "generated/logs/create_log_group.h"

#include "service/call.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

void create_log_group(Call& call, const CreateLogGroupRequest& request) {
  call.house.logs.create_group(request.logGroupName());
}

}  // namespace sagebrush::service::logs
