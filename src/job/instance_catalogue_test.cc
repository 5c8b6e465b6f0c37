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

TEST(Allot, GivesTheTypeWhereItFits) {
  const auto allotment = allot(*find_instance_type("ml.m5.large"), {16, 64 * kGibibyte});
  EXPECT_EQ(allotment.cpus, 2);
  EXPECT_EQ(allotment.memory_bytes, 8 * kGibibyte);
  EXPECT_EQ(allotment.notice, "");
}

TEST(Allot, SaysWhatIsLessThanAsked) {
  const auto allotment = allot(*find_instance_type("ml.m5.4xlarge"), {2, 24 * kGibibyte});
  EXPECT_EQ(allotment.cpus, 2);
  EXPECT_EQ(allotment.memory_bytes, 24 * kGibibyte);
  EXPECT_EQ(allotment.notice,
            "ml.m5.4xlarge has 16 CPUs and 64.0 GiB; this machine gives the job 2 and 24.0 GiB");
}

}  // namespace
}  // namespace sagebrush::job
