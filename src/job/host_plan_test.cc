#include "job/host_plan.h"

#include <gtest/gtest.h>

namespace sagebrush::job {
namespace {

namespace json = boost::json;
constexpr std::uint64_t kGibibyte = 1024ULL * 1024 * 1024;

std::vector<WantedHost> hosts_of(int count, const std::string& type) {
  return wanted_hosts({{"ResourceConfig", {{"InstanceType", type}, {"InstanceCount", count}}}});
}

std::vector<int> cpus_of(const Allotment& allotment) {
  std::vector<int> cpus;
  for (const auto& host : allotment.hosts) cpus.push_back(host.cpus);
  return cpus;
}

TEST(WantedHosts, AreNumberedThroughTheGroups) {
  const auto hosts = wanted_hosts(json::parse(R"({"ResourceConfig": {"InstanceGroups": [
      {"InstanceGroupName": "data", "InstanceType": "ml.c5.large", "InstanceCount": 1},
      {"InstanceGroupName": "train", "InstanceType": "ml.m5.large", "InstanceCount": 2}]}})")
                                      .as_object());
  ASSERT_EQ(hosts.size(), 3U);
  EXPECT_EQ(hosts[0].group, "data");
  EXPECT_EQ(hosts[2].name, "algo-3");
  EXPECT_EQ(hosts[2].group, "train");
  EXPECT_EQ(hosts[2].instance_type, "ml.m5.large");
  EXPECT_EQ(hosts_of(1, "ml.m5.large")[0].group, kOnlyGroup);
}

TEST(Allot, GivesTheTypeWhereItFits) {
  const auto allotment = allot(hosts_of(1, "ml.m5.large"), {16, 64 * kGibibyte});
  EXPECT_EQ(allotment.cpus, 2);
  EXPECT_EQ(allotment.memory_bytes, 8 * kGibibyte);
  EXPECT_EQ(allotment.notice, "");
}

TEST(Allot, SaysWhatIsLessThanAsked) {
  const auto allotment = allot(hosts_of(1, "ml.m5.4xlarge"), {2, 24 * kGibibyte});
  EXPECT_EQ(allotment.cpus, 2);
  EXPECT_EQ(allotment.memory_bytes, 24 * kGibibyte);
  EXPECT_EQ(allotment.notice,
            "ml.m5.4xlarge has 16 CPUs and 64.0 GiB; this machine gives the job 2 and 24.0 GiB");
}

TEST(Allot, GivesEachHostItsTypeWhereAllFit) {
  const auto allotment = allot(hosts_of(3, "ml.m5.large"), {16, 64 * kGibibyte});
  EXPECT_EQ(allotment.cpus, 6);
  EXPECT_EQ(allotment.memory_bytes, 24 * kGibibyte);
  EXPECT_EQ(cpus_of(allotment), (std::vector{2, 2, 2}));
  EXPECT_EQ(allotment.notice, "");
}

TEST(Allot, DividesASmallerMachine) {
  const auto allotment = allot(hosts_of(2, "ml.m5.xlarge"), {6, 24 * kGibibyte});
  EXPECT_EQ(allotment.cpus, 6);
  EXPECT_EQ(cpus_of(allotment), (std::vector{3, 3}));
  EXPECT_EQ(allotment.hosts[1].memory_bytes, 12 * kGibibyte);
  EXPECT_EQ(allotment.notice,
            "2 x ml.m5.xlarge have 8 CPUs and 32.0 GiB; this machine gives the job 6 and 24.0 GiB: "
            "algo-1 gets 3 CPUs, algo-2 gets 3 CPUs");
}

TEST(Allot, DividesAsTheTypesAsk) {
  auto wanted = hosts_of(1, "ml.m5.large");
  wanted.push_back({"algo-2", "ml.m5.2xlarge", "big"});
  EXPECT_EQ(cpus_of(allot(wanted, {5, 64 * kGibibyte})), (std::vector{1, 4}));
}

TEST(Allot, LetsHostsShareProcessorsWhereThereAreFewer) {
  const auto wanted = hosts_of(3, "ml.m5.large");
  const auto allotment = allot(wanted, {2, 64 * kGibibyte});
  EXPECT_EQ(allotment.cpus, 2);
  EXPECT_EQ(cpus_of(allotment), (std::vector{1, 1, 1}));
  EXPECT_TRUE(allotment.notice.ends_with(": its hosts share processors")) << allotment.notice;
  const auto hosts = place_hosts(wanted, allotment, {.cpus = 2, .cpu_set = {4, 5}, .gpus = {}});
  EXPECT_EQ(hosts[2].share.cpu_set, (std::vector{4}));
}

TEST(Allot, CountsGpus) {
  const auto wanted = hosts_of(2, "ml.g5.12xlarge");
  EXPECT_EQ(allot(wanted, {128, 512 * kGibibyte, 8}).notice, "");
  const auto allotment = allot(wanted, {128, 512 * kGibibyte, 5});
  EXPECT_EQ(allotment.gpus, 5);
  EXPECT_EQ(allotment.hosts[0].gpus, 3);
  const auto hosts =
      place_hosts(wanted, allotment, {.cpus = 0, .cpu_set = {}, .gpus = {0, 1, 2, 3, 4}});
  EXPECT_EQ(hosts[1].share.gpus, (std::vector{3, 4}));
  EXPECT_EQ(allot(hosts_of(1, "ml.g5.xlarge"), {16, 64 * kGibibyte, 0}).notice,
            "ml.g5.xlarge has 1 GPU; this machine gives the job none");
}

TEST(Allot, GivesAnUnknownTypeTheWholeMachine) {
  const auto allotment = allot(hosts_of(1, "ml.new.type"), {4, 8 * kGibibyte});
  EXPECT_EQ(allotment.cpus, 4);
  EXPECT_EQ(allotment.notice,
            "ml.new.type is not in the instance catalogue: the job gets the whole machine");
}

TEST(PlaceHosts, DividesTheProcessorsTaken) {
  const auto wanted = hosts_of(2, "ml.m5.large");
  const auto hosts = place_hosts(wanted, allot(wanted, {8, 64 * kGibibyte}),
                                 {.cpus = 4, .cpu_set = {1, 3, 5, 7}, .gpus = {}});
  EXPECT_EQ(hosts[0].share.cpu_set, (std::vector{1, 3}));
  EXPECT_EQ(hosts[1].share.cpu_set, (std::vector{5, 7}));
}

}  // namespace
}  // namespace sagebrush::job
