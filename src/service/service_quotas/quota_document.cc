#include "service/service_quotas/quota_document.h"

#include "base/text.h"

namespace sagebrush::service::service_quotas {
namespace {

std::string arn_of(const Call& call, const std::string& code) {
  return "arn:aws:servicequotas:" + call.region + ":" + call.house.account + ":sagemaker/" + code;
}

}  // namespace

void require_service(const std::string& code) {
  if (code == kServiceCode) return;
  throw aws::AwsError("NoSuchResourceException", 400,
                      "The request failed because the specified service '" + code +
                          "' does not exist; this server has quotas of 'sagemaker'.");
}

const job::Quota& require_quota(const Call& call, const std::string& service,
                                const std::string& quota_code) {
  require_service(service);
  const job::Quota* quota = call.house.quotas.table.find_code(quota_code);
  if (quota) return *quota;
  throw aws::AwsError(
      "NoSuchResourceException", 400,
      "The request failed because the specified quota '" + quota_code + "' does not exist.");
}

double applied_value(const Call& call, const job::Quota& quota,
                     const std::vector<store::QuotaRequest>& requests) {
  double value = quota.value;
  if (call.house.quotas.increases != QuotaIncreases::kApprove) return value;
  for (const auto& request : requests) {
    if (request.quota_code == quota.code && request.status == "APPROVED") {
      value = std::max(value, request.desired);
    }
  }
  return value;
}

sagebrush::service_quotas::ServiceQuota show(const Call& call, const job::Quota& quota,
                                             double value) {
  sagebrush::service_quotas::ServiceQuota shown;
  shown.set_ServiceCode(kServiceCode)
      .set_ServiceName(kServiceName)
      .set_QuotaArn(arn_of(call, quota.code))
      .set_QuotaCode(quota.code)
      .set_QuotaName(quota.name)
      .set_Value(value)
      .set_Unit(quota.unit)
      .set_Adjustable(true)
      .set_GlobalQuota(false);
  return shown;
}

sagebrush::service_quotas::RequestedServiceQuotaChange show(const Call& call,
                                                            const store::QuotaRequest& request) {
  const job::Quota* quota = call.house.quotas.table.find_code(request.quota_code);
  sagebrush::service_quotas::RequestedServiceQuotaChange shown;
  shown.set_Id(request.id)
      .set_ServiceCode(kServiceCode)
      .set_ServiceName(kServiceName)
      .set_QuotaCode(request.quota_code)
      .set_QuotaName(quota ? quota->name : request.quota_code)
      .set_DesiredValue(request.desired)
      .set_Status(request.status)
      .set_Created(from_ms(request.created_ms))
      .set_LastUpdated(from_ms(request.updated_ms))
      .set_Requester(request.requester)
      .set_QuotaArn(arn_of(call, request.quota_code))
      .set_GlobalQuota(false)
      .set_Unit(quota ? quota->unit : "None");
  return shown;
}

std::size_t offset_of(const std::optional<std::string>& token) {
  if (!token) return 0;
  const auto offset = parse_unsigned(*token);
  if (!offset) throw aws::AwsError("InvalidPaginationTokenException", 400, "Invalid NextToken.");
  return *offset;
}

}  // namespace sagebrush::service::service_quotas
