#include "generated/service_quotas/list_aws_default_service_quotas.h"

#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {

ListAWSDefaultServiceQuotasResponse list_aws_default_service_quotas(
    Call& call, const ListAWSDefaultServiceQuotasRequest& request) {
  require_service(request.ServiceCode());
  const auto page =
      page_of(call.house.quotas.table.all(), request.NextToken(), request.MaxResults());
  std::vector<sagebrush::service_quotas::ServiceQuota> shown;
  for (const auto& quota : page.items) shown.push_back(show(call, quota, job::kUnlimited));
  ListAWSDefaultServiceQuotasResponse response;
  response.set_Quotas(std::move(shown));
  if (page.next) response.set_NextToken(*page.next);
  return response;
}

}  // namespace sagebrush::service::service_quotas
