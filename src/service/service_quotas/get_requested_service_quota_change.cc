#include "generated/service_quotas/get_requested_service_quota_change.h"

#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {

GetRequestedServiceQuotaChangeResponse get_requested_service_quota_change(
    Call& call, const GetRequestedServiceQuotaChangeRequest& request) {
  const auto found = store::QuotaRequests(call.house.database).find(request.RequestId());
  if (!found) {
    throw aws::AwsError("NoSuchResourceException", 400,
                        "The request failed because there is no quota request with id '" +
                            request.RequestId() + "'.");
  }
  return GetRequestedServiceQuotaChangeResponse().set_RequestedQuota(show(call, *found));
}

}  // namespace sagebrush::service::service_quotas
