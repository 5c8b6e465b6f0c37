#include "generated/service_quotas/list_service_quotas.h"

#include <algorithm>

#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {
namespace {

// All quotas here are the account's.
std::vector<job::Quota> wanted(const Call& call, const ListServiceQuotasRequest& request) {
  if (request.QuotaAppliedAtLevel() == "RESOURCE") return {};
  std::vector<job::Quota> quotas = call.house.quotas.table.all();
  if (const auto code = request.QuotaCode()) {
    std::erase_if(quotas, [&](const job::Quota& quota) { return quota.code != *code; });
  }
  return quotas;
}

}  // namespace

ListServiceQuotasResponse list_service_quotas(Call& call, const ListServiceQuotasRequest& request) {
  require_service(request.ServiceCode());
  const auto page = page_of(wanted(call, request), request.NextToken(), request.MaxResults());
  const auto requests = store::QuotaRequests(call.house.database).all();
  std::vector<sagebrush::service_quotas::ServiceQuota> shown;
  for (const auto& quota : page.items)
    shown.push_back(show(call, quota, applied_value(call, quota, requests)));
  ListServiceQuotasResponse response;
  response.set_Quotas(std::move(shown));
  if (page.next) response.set_NextToken(*page.next);
  return response;
}

}  // namespace sagebrush::service::service_quotas
