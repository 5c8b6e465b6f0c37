#include "generated/logs/put_retention_policy.h"

#include <algorithm>
#include <array>

#include "aws/aws_error.h"
#include "service/call.h"
#include "store/logs.h"

namespace sagebrush::service::logs {

namespace {
constexpr std::array kDays{1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                           365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
}

// Events that are older are not shown and not taken any more.
void put_retention_policy(Call& call, const PutRetentionPolicyRequest& request) {
  const std::int64_t days = request.retentionInDays();
  if (std::ranges::find(kDays, days) == kDays.end()) {
    throw aws::AwsError("InvalidParameterException", 400,
                        "retentionInDays is " + std::to_string(days) +
                            "; it must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
                            "400, 545, 731, 1096, "
                            "1827, 2192, 2557, 2922, 3288, 3653");
  }
  call.house.logs.set_retention(request.logGroupName(), static_cast<int>(days));
}

}  // namespace sagebrush::service::logs
