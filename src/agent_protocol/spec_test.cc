#include "agent_protocol/spec.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::agent_protocol {
namespace {

Spec example() {
  Spec spec;
  spec.job_id = "7f3a";
  spec.job_name = "mnist";
  spec.hosts = {"algo-1"};
  spec.host = "algo-1";
  spec.image = {
      ImageKind::kBuiltin, "sagebrush/image-classification:latest", {"/bin/vision"}, {"train"}};
  spec.limits = {2, {0, 1}, 8'000'000'000};
  spec.request = {{"TrainingJobName", "mnist"}};
  return spec;
}

TEST(Spec, ComesBackWhole) {
  const Spec spec = example();
  EXPECT_EQ(Spec::from_json(spec.to_json()).to_json(), spec.to_json());
}

TEST(Spec, NamesAWrongMember) {
  auto object = example().to_json();
  object["attempt"] = "one";
  EXPECT_THROW(Spec::from_json(object), Error);
}

}  // namespace
}  // namespace sagebrush::agent_protocol
