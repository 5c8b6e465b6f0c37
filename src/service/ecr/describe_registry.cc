#include "generated/ecr/describe_registry.h"

#include "service/call.h"

namespace sagebrush::service::ecr {

DescribeRegistryResponse describe_registry(Call& call, const DescribeRegistryRequest&) {
  return DescribeRegistryResponse()
      .set_registryId(call.house.account)
      .set_replicationConfiguration(
          ReplicationConfiguration().set_rules(std::vector<ReplicationRule>()));
}

}  // namespace sagebrush::service::ecr
