#pragma once

#include "service/house.h"

namespace sagebrush::service::service_quotas {

// At the server's start: approves the requests that the configuration grants by now.
void grant_requests(store::Database& database, const Quotas& quotas, const Clock& clock);

}  // namespace sagebrush::service::service_quotas
