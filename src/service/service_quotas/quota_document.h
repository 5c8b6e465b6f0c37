#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/aws_error.h"
#include "generated/service_quotas/shapes/requested_service_quota_change.h"
#include "generated/service_quotas/shapes/service_quota.h"
#include "job/quota_table.h"
#include "service/call.h"
#include "store/quota_requests.h"

namespace sagebrush::service::service_quotas {

inline constexpr const char* kServiceCode = "sagemaker";
inline constexpr const char* kServiceName = "Amazon SageMaker";

// Throws NoSuchResourceException unless it is "sagemaker", the one service with quotas here.
void require_service(const std::string& code);
const job::Quota& require_quota(const Call& call, const std::string& service,
                                const std::string& quota_code);

// The quota as it applies: the configured value, or more where increases are approved by
// themselves.
double applied_value(const Call& call, const job::Quota& quota,
                     const std::vector<store::QuotaRequest>& requests);

sagebrush::service_quotas::ServiceQuota show(const Call& call, const job::Quota& quota,
                                             double value);
sagebrush::service_quotas::RequestedServiceQuotaChange show(const Call& call,
                                                            const store::QuotaRequest& request);

// One page of `items`: NextToken stands for how many there were before.
template <class Item>
struct Page {
  std::vector<Item> items;
  std::optional<std::string> next;
};
std::size_t offset_of(const std::optional<std::string>& token);
template <class Item>
Page<Item> page_of(const std::vector<Item>& items, const std::optional<std::string>& token,
                   std::optional<std::int64_t> most) {
  const std::size_t from = std::min(offset_of(token), items.size());
  const std::size_t to =
      std::min(items.size(), from + static_cast<std::size_t>(most.value_or(100)));
  Page<Item> page;
  page.items.assign(items.begin() + static_cast<std::ptrdiff_t>(from),
                    items.begin() + static_cast<std::ptrdiff_t>(to));
  if (to < items.size()) page.next = std::to_string(to);
  return page;
}

}  // namespace sagebrush::service::service_quotas
