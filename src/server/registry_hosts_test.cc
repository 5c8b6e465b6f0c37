#include "server/registry_hosts.h"

#include <gtest/gtest.h>

namespace sagebrush::server {
namespace {

TEST(RegistryHosts, AreThisMachinesNamesOnBothPorts) {
  Options options;
  options.domain = "Train.example";
  options.registry_hosts = {"Registry.example"};
  const auto hosts = registry_hosts(options, 9000, 9443);
  for (const char* host : {"127.0.0.1:9000", "localhost:9443", "[::1]:9000", "train.example:9443",
                           "registry.example"}) {
    EXPECT_TRUE(hosts.contains(host)) << host;
  }
  EXPECT_FALSE(hosts.contains("localhost"));
  EXPECT_TRUE(registry_hosts(options, 9000, 443).contains("localhost"));
}

}  // namespace
}  // namespace sagebrush::server
