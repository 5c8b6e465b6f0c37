#include "job/quota_table.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;

json::object request(const char* type, int count, bool spot = false) {
  return {{"ResourceConfig", {{"InstanceType", type}, {"InstanceCount", count}}},
          {"EnableManagedSpotTraining", spot},
          {"StoppingCondition", {{"MaxRuntimeInSeconds", 600}}}};
}

std::optional<QuotaRefusal> ask(const QuotaTable& table, const json::object& wanted,
                                const std::vector<json::object>& unfinished) {
  return refused(wanted, unfinished, {}, table, [](const Quota& quota) { return quota.value; });
}

TEST(QuotaTable, HasAwsNamesAndACodeForEach) {
  const QuotaTable table;
  ASSERT_TRUE(table.find("ml.m5.large for training job usage"));
  EXPECT_TRUE(table.find("ml.p3.2xlarge for spot training job usage"));
  EXPECT_TRUE(table.find("ml.m5.large for endpoint usage"));
  std::set<std::string> codes;
  for (const auto& quota : table.all()) {
    EXPECT_TRUE(codes.insert(quota.code).second) << quota.name;
    EXPECT_EQ(table.find_code(quota.code)->name, quota.name);
    EXPECT_EQ(quota.value, kUnlimited);
  }
}

TEST(QuotaTable, TakesLimitsByNameOrCodeAndRefusesOthers) {
  const std::string code = QuotaTable().find("ml.m5.large for training job usage")->code;
  EXPECT_EQ(QuotaTable({{code, 3}}).find("ml.m5.large for training job usage")->value, 3);
  EXPECT_THROW(QuotaTable({{"ml.m5.large", 3}}), Error);
  EXPECT_THROW(QuotaTable({{code, -1}}), Error);
}

TEST(Quotas, CountInstancesOfOneTypeAndUse) {
  const QuotaTable table({{"ml.m5.large for training job usage", 4}});
  const std::vector<json::object> others{request("ml.m5.large", 2), request("ml.m5.xlarge", 9),
                                         request("ml.m5.large", 9, true)};
  EXPECT_FALSE(ask(table, request("ml.m5.large", 2), others));
  EXPECT_FALSE(ask(table, request("ml.m5.large", 99, true), others));
  const auto refusal = ask(table, request("ml.m5.large", 3), others);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->quota.name, "ml.m5.large for training job usage");
  EXPECT_EQ(refusal->used, 2);
  EXPECT_EQ(refusal->asked, 3);
}

TEST(Quotas, OfOneJobDoNotAddUp) {
  const QuotaTable table({{kLongestRun, 600}, {kInstancesOfOneJob, 2}, {kInstancesOfAllJobs, 5}});
  const std::vector<json::object> others{request("ml.m5.large", 2), request("ml.m5.xlarge", 2)};
  EXPECT_FALSE(ask(table, request("ml.m5.large", 1), others));
  EXPECT_EQ(ask(table, request("ml.m5.large", 3), {})->quota.name, kInstancesOfOneJob);
  EXPECT_EQ(ask(table, request("ml.m5.large", 2), others)->quota.name, kInstancesOfAllJobs);
  auto longer = request("ml.m5.large", 1);
  longer["StoppingCondition"] = {{"MaxRuntimeInSeconds", 601}};
  EXPECT_EQ(ask(table, longer, {})->quota.name, kLongestRun);
}

TEST(Quotas, CountWarmPools) {
  const std::string name = quota_name("ml.m5.large", kWarmPoolUse);
  const QuotaTable table({{name, 2}});
  auto kept = request("ml.m5.large", 2);
  kept["ResourceConfig"].as_object()["KeepAlivePeriodInSeconds"] = 60;
  const auto limit_of = [](const Quota& quota) { return quota.value; };
  const std::vector<json::object> none;
  EXPECT_FALSE(refused(kept, none, {}, table, limit_of));
  EXPECT_EQ(refused(kept, none, {{name, 1}}, table, limit_of)->used, 1);
}

TEST(Quotas, CountInstanceGroups) {
  const json::object groups{{"ResourceConfig",
                             {{"InstanceGroups",
                               {{{"InstanceType", "ml.m5.large"}, {"InstanceCount", 2}},
                                {{"InstanceType", "ml.c5.large"}, {"InstanceCount", 3}}}}}}};
  const QuotaTable table({{"ml.c5.large for training job usage", 2}});
  EXPECT_EQ(ask(table, groups, {})->asked, 3);
}

}  // namespace
}  // namespace sagebrush::job
