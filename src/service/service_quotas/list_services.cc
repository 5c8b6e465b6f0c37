#include "generated/service_quotas/list_services.h"

#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::service_quotas {

ListServicesResponse list_services(Call& /*call*/, const ListServicesRequest& request) {
  offset_of(request.NextToken());
  sagebrush::service_quotas::ServiceInfo info;
  info.set_ServiceCode(kServiceCode).set_ServiceName(kServiceName);
  return ListServicesResponse().set_Services(std::vector{info});
}

}  // namespace sagebrush::service::service_quotas
