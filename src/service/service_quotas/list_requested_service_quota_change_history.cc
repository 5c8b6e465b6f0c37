#include "generated/service_quotas/list_requested_service_quota_change_history.h"

#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {

ListRequestedServiceQuotaChangeHistoryResponse list_requested_service_quota_change_history(
    Call& call, const ListRequestedServiceQuotaChangeHistoryRequest& request) {
  if (request.ServiceCode()) require_service(*request.ServiceCode());
  std::vector<sagebrush::service_quotas::RequestedServiceQuotaChange> all;
  for (const auto& asked : store::QuotaRequests(call.house.database).all()) {
    if (request.Status() && asked.status != *request.Status()) continue;
    all.push_back(show(call, asked));
  }
  auto page = page_of(all, request.NextToken(), request.MaxResults());
  ListRequestedServiceQuotaChangeHistoryResponse response;
  response.set_RequestedQuotas(std::move(page.items));
  if (page.next) response.set_NextToken(*page.next);
  return response;
}

}  // namespace sagebrush::service::service_quotas
