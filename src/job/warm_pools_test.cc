#include "job/warm_pools.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "store/database.h"
#include "store/jobs.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

const Time kNow = from_ms(1'700'000'000'000);

json::object request() {
  return {{"RoleArn", "arn:role"},
          {"ResourceConfig",
           {{"InstanceType", "ml.m5.large"},
            {"InstanceCount", 1},
            {"VolumeSizeInGB", 1},
            {"KeepAlivePeriodInSeconds", 60}}}};
}

TEST(PoolKey, IsSageMakersMatch) {
  const std::string key = pool_key(request());
  auto longer = request();
  longer["ResourceConfig"].as_object()["KeepAlivePeriodInSeconds"] = 0;
  longer["HyperParameters"] = {{"a", "b"}};
  EXPECT_EQ(pool_key(longer), key);
  auto larger = request();
  larger["ResourceConfig"].as_object()["VolumeSizeInGB"] = 2;
  EXPECT_NE(pool_key(larger), key);
  auto other_role = request();
  other_role["RoleArn"] = "arn:other";
  EXPECT_NE(pool_key(other_role), key);
  auto network = request();
  network["VpcConfig"] = {{"Subnets", {"s"}}, {"SecurityGroupIds", {"g"}}};
  EXPECT_NE(pool_key(network), key);
  auto spot = request();
  spot["EnableManagedSpotTraining"] = true;
  EXPECT_EQ(pool_key(spot), "");
}

class Pools : public ::testing::Test {
 protected:
  TemporaryDirectory folder_;
  store::Database database_{"sqlite://" + (folder_.path() / "db").string()};
  store::Jobs rows_{database_};
  TrainingJob job_;
  Pools() {
    job_.id = "1";
    job_.name = "first";
    job_.request = request();
  }
  Share share_{.cpus = 2, .cpu_set = {0, 1}, .memory_bytes = 5, .gpus = {3}};
};

TEST_F(Pools, OutliveTheServer) {
  WarmPools(rows_).open(job_, share_, kNow);
  WarmPools again(rows_);
  again.load();
  ASSERT_EQ(again.available().size(), 1u);
  EXPECT_EQ(again.available()[0].share.cpu_set, (std::vector{0, 1}));
  EXPECT_EQ(again.available()[0].share.gpus, (std::vector{3}));
  EXPECT_EQ(again.available()[0].until, kNow + 60s);
}

TEST_F(Pools, SayWhatBecameOfThem) {
  WarmPools pools(rows_);
  pools.open(job_, share_, kNow);
  pools.close("1", PoolStatus::kReused, "second", kNow + 10s);
  pools.close("1", PoolStatus::kTerminated, "", kNow + 20s);
  EXPECT_TRUE(pools.available().empty());
  const auto record = pools.find("1").value();
  EXPECT_EQ(record.status, PoolStatus::kReused);
  EXPECT_EQ(record.reused_by, "second");
  EXPECT_EQ(record.retained_seconds(kNow + 1h), 10);
  EXPECT_THROW(pools.keep_until("1", kNow + 99s), Error);
  EXPECT_FALSE(pools.find("2"));
}

TEST_F(Pools, CanBeKeptLonger) {
  WarmPools pools(rows_);
  pools.open(job_, share_, kNow);
  pools.keep_until("1", kNow + 100s);
  EXPECT_EQ(pools.find("1")->pool.until, kNow + 100s);
  EXPECT_EQ(pools.find("1")->retained_seconds(kNow + 1h), 100);
}

}  // namespace
}  // namespace sagebrush::job
