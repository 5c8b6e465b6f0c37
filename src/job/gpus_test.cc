#include "job/gpus.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace sagebrush::job {
namespace {

TEST(FindGpus, CountsNumberedDevices) {
  const TemporaryDirectory dev;
  EXPECT_TRUE(find_gpus(dev.path()).empty());
  for (const char* name : {"nvidia10", "nvidia0", "nvidia2", "nvidia-uvm", "nvidia-modeset"}) {
    write_file_atomically(dev.path() / name, "");
  }
  EXPECT_TRUE(find_gpus(dev.path()).empty()) << "no driver answers there";
  write_file_atomically(dev.path() / "nvidiactl", "");
  EXPECT_EQ(find_gpus(dev.path()), (std::vector{0, 2, 10}));
}

}  // namespace
}  // namespace sagebrush::job
