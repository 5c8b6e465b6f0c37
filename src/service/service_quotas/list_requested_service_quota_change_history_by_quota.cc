#include "generated/service_quotas/list_requested_service_quota_change_history_by_quota.h"

#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {

ListRequestedServiceQuotaChangeHistoryByQuotaResponse
list_requested_service_quota_change_history_by_quota(
    Call& call, const ListRequestedServiceQuotaChangeHistoryByQuotaRequest& request) {
  require_quota(call, request.ServiceCode(), request.QuotaCode());
  std::vector<sagebrush::service_quotas::RequestedServiceQuotaChange> all;
  for (const auto& asked : store::QuotaRequests(call.house.database).all()) {
    if (request.Status() && asked.status != *request.Status()) continue;
    if (asked.quota_code != request.QuotaCode()) continue;
    all.push_back(show(call, asked));
  }
  auto page = page_of(all, request.NextToken(), request.MaxResults());
  ListRequestedServiceQuotaChangeHistoryByQuotaResponse response;
  response.set_RequestedQuotas(std::move(page.items));
  if (page.next) response.set_NextToken(*page.next);
  return response;
}

}  // namespace sagebrush::service::service_quotas
