#include "generated/logs/create_log_stream.h"

#include "service/call.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

void create_log_stream(Call& call, const CreateLogStreamRequest& request) {
  call.house.logs.create_stream(request.logGroupName(), request.logStreamName());
}

}  // namespace sagebrush::service::logs
