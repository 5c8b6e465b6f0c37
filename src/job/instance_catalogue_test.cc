#include "job/instance_catalogue.h"

#include <gtest/gtest.h>

namespace sagebrush::job {
namespace {

constexpr std::uint64_t kGibibyte = 1024ULL * 1024 * 1024;

TEST(InstanceCatalogue, HasAwsSizes) {
  const auto type = find_instance_type("ml.m5.xlarge");
  ASSERT_TRUE(type);
  EXPECT_EQ(type->cpus, 4);
  EXPECT_EQ(type->memory_bytes, 16 * kGibibyte);
  EXPECT_EQ(find_instance_type("ml.p3.16xlarge")->gpus, 8);
  EXPECT_FALSE(find_instance_type("ml.nothing.xlarge"));
}

TEST(InstanceCatalogue, KnowsWhatAWrongNameMayMean) {
  EXPECT_EQ(nearest_instance_types("m5.large", 1), std::vector<std::string>{"ml.m5.large"});
  EXPECT_EQ(nearest_instance_types("ml.p5.48xlarg", 1), std::vector<std::string>{"ml.p5.48xlarge"});
  EXPECT_EQ(nearest_instance_types(std::string(100'000, 'm'), 3).size(), 3U);
}

}  // namespace
}  // namespace sagebrush::job
