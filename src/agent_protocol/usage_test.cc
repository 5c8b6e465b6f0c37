#include "agent_protocol/usage.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace sagebrush::agent_protocol {
namespace {

TEST(UsageTest, IsTheSameAfterItsJson) {
  const UsageBatch batch{{{from_ms(1000), {{"CPUUtilization", 12.5}}}, {from_ms(2000), {}}}};
  const UsageBatch read = usage_batch_from_json(to_json(batch));
  ASSERT_EQ(read.samples.size(), 2U);
  EXPECT_EQ(read.samples[0].time, from_ms(1000));
  EXPECT_EQ(read.samples[0].values.at("CPUUtilization"), 12.5);
}

TEST(UsageTest, RefusesWhatIsNoNumber) {
  const auto parse = [](const char* text) {
    return usage_batch_from_json(boost::json::parse(text).as_object());
  };
  EXPECT_THROW(parse(R"({"samples":[{"time_ms":1,"values":{"a":"1"}}]})"), Error);
  EXPECT_THROW(parse(R"({"samples":[{"time_ms":1,"values":{"":1}}]})"), Error);
  EXPECT_THROW(parse(R"({"samples":[{"values":{}}]})"), Error);
  EXPECT_THROW(parse(R"({})"), Error);
}

}  // namespace
}  // namespace sagebrush::agent_protocol
