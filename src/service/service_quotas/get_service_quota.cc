#include "generated/service_quotas/get_service_quota.h"

#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {

GetServiceQuotaResponse get_service_quota(Call& call, const GetServiceQuotaRequest& request) {
  const job::Quota& quota = require_quota(call, request.ServiceCode(), request.QuotaCode());
  const auto requests = store::QuotaRequests(call.house.database).all();
  return GetServiceQuotaResponse().set_Quota(
      show(call, quota, applied_value(call, quota, requests)));
}

}  // namespace sagebrush::service::service_quotas
