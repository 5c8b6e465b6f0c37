#include "generated/logs/delete_log_stream.h"

#include "service/call.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

void delete_log_stream(Call& call, const DeleteLogStreamRequest& request) {
  call.house.logs.delete_stream(request.logGroupName(), request.logStreamName());
}

}  // namespace sagebrush::service::logs
