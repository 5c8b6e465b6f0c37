#include "agent_protocol/spec.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "agent_protocol/attempt_folder.h"
#include "base/error.h"
#include "base/file.h"

namespace sagebrush::agent_protocol {
namespace {

Spec example() {
  Spec spec;
  spec.job_id = "7f3a";
  spec.job_name = "mnist";
  spec.hosts = {{"algo-1", "ml.m5.large", "homogeneousCluster"}};
  spec.host = "algo-1";
  spec.image = {
      ImageKind::kBuiltin, "sagebrush/image-classification:latest", {"/bin/vision"}, {"train"}, {}};
  spec.limits = {2, {0, 1}, 8'000'000'000, {3}};
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

TEST(Lock, IsSeenByOthersUntilItsFileIsClosed) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "lock";
  EXPECT_FALSE(is_locked(path));
  {
    const File first = File::open(path, O_RDWR | O_CREAT);
    EXPECT_FALSE(is_locked(path));
    EXPECT_TRUE(take_lock(first));
    EXPECT_TRUE(is_locked(path));
    const File second = File::open(path, O_RDWR);
    EXPECT_FALSE(take_lock(second));
  }
  EXPECT_FALSE(is_locked(path));
}

}  // namespace
}  // namespace sagebrush::agent_protocol
