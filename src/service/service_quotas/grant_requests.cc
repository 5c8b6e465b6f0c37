#include "service/service_quotas/grant_requests.h"

#include "base/time.h"
#include "store/quota_requests.h"

namespace sagebrush::service::service_quotas {

void grant_requests(store::Database& database, const Quotas& quotas, const Clock& clock) {
  store::QuotaRequests requests(database);
  for (const auto& request : requests.all()) {
    const job::Quota* quota = quotas.table.find_code(request.quota_code);
    if (request.status == "PENDING" && quota && quota->value >= request.desired) {
      requests.set_status(request.id, "APPROVED", to_ms(clock.now()));
    }
  }
}

}  // namespace sagebrush::service::service_quotas
