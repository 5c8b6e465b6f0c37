#include "generated/service_quotas/request_service_quota_increase.h"

#include "base/error.h"
#include "base/random.h"
#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {
namespace {

const char* status_of(QuotaIncreases policy) {
  switch (policy) {
    case QuotaIncreases::kAsk: return "PENDING";
    case QuotaIncreases::kApprove: return "APPROVED";
    case QuotaIncreases::kDeny: return "DENIED";
  }
  return "PENDING";
}

}  // namespace

RequestServiceQuotaIncreaseResponse request_service_quota_increase(
    Call& call, const RequestServiceQuotaIncreaseRequest& request) {
  const job::Quota& quota = require_quota(call, request.ServiceCode(), request.QuotaCode());
  store::QuotaRequests requests(call.house.database);
  if (request.DesiredValue() <= applied_value(call, quota, requests.all())) {
    throw aws::AwsError("IllegalArgumentException", 400,
                        "You must provide a quota value greater than the current quota value.");
  }
  const std::int64_t now = to_ms(call.time);
  const store::QuotaRequest asked{
      .id = random_hex(16),
      .quota_code = quota.code,
      .desired = request.DesiredValue(),
      .status = status_of(call.house.quotas.increases),
      .created_ms = now,
      .updated_ms = now,
      .requester = boost::json::serialize(boost::json::object{{"accountId", call.principal.account},
                                                              {"callerArn", call.principal.arn}})};
  try {
    requests.insert(asked);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kAlreadyExists) throw;
    throw aws::AwsError("ResourceAlreadyExistsException", 400,
                        "Only one open service quota increase request is allowed per quota.");
  }
  return RequestServiceQuotaIncreaseResponse().set_RequestedQuota(show(call, asked));
}

}  // namespace sagebrush::service::service_quotas
