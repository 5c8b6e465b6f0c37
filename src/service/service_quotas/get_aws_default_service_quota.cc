#include "generated/service_quotas/get_aws_default_service_quota.h"

#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {

GetAWSDefaultServiceQuotaResponse get_aws_default_service_quota(
    Call& call, const GetAWSDefaultServiceQuotaRequest& request) {
  const job::Quota& quota = require_quota(call, request.ServiceCode(), request.QuotaCode());
  return GetAWSDefaultServiceQuotaResponse().set_Quota(show(call, quota, job::kUnlimited));
}

}  // namespace sagebrush::service::service_quotas
