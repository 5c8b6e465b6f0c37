#include "agent/usage_meter.h"

#include <gmock/gmock.h>

#include <fstream>

#include "agent/gpu_meter.h"
#include "base/file.h"

namespace sagebrush::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;

constexpr const char* kNetDev =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
    "    lo: 900 1 0 0 0 0 0 0 900 1 0 0 0 0 0 0\n"
    "  eth0: %R 5 0 0 0 0 0 0 %T 6 0 0 0 0 0 0\n";

std::string net_dev(int received, int sent) {
  std::string text = kNetDev;
  text.replace(text.find("%R"), 2, std::to_string(received));
  text.replace(text.find("%T"), 2, std::to_string(sent));
  return text;
}

class UsageMeterTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  UsageMeter meter() {
    return UsageMeter({.cgroup = container::Cgroup("/job", folder_.path()),
                       .memory_limit = 1000,
                       .disk = folder_.path(),
                       .network = folder_.path() / "net"});
  }
  TemporaryDirectory folder_;
  std::chrono::steady_clock::time_point start_;
};

TEST_F(UsageMeterTest, ReadsVersionTwoGroups) {
  write("cgroup.controllers", "cpu memory");
  write("job/cpu.stat", "usage_usec 1000000\nuser_usec 5\n");
  write("job/memory.current", "600\n");
  write("job/memory.stat", "anon 300\ninactive_file 100\n");
  write("net", net_dev(1000, 10));
  UsageMeter meter = this->meter();
  const auto first = meter.read(Time(), start_);
  EXPECT_THAT(first.values, Not(Contains(Key("CPUUtilization"))));
  EXPECT_DOUBLE_EQ(first.values.at("MemoryUtilization"), 50);
  EXPECT_GE(first.values.at("DiskUtilization"), 0);
  write("job/cpu.stat", "usage_usec 4000000\n");
  write("net", net_dev(3000, 50));
  const auto second = meter.read(Time(), start_ + 2s);
  EXPECT_DOUBLE_EQ(second.values.at("CPUUtilization"), 150);
  EXPECT_DOUBLE_EQ(second.values.at("NetworkRxBytes"), 1000);
  EXPECT_DOUBLE_EQ(second.values.at("NetworkTxBytes"), 20);
}

TEST_F(UsageMeterTest, ReadsVersionOneGroups) {
  write("memory/job/memory.usage_in_bytes", "600\n");
  write("memory/job/memory.stat", "cache 1\ntotal_inactive_file 350\n");
  write("cpuacct/job/cpuacct.usage", "5\n");
  UsageMeter meter = this->meter();
  EXPECT_DOUBLE_EQ(meter.read(Time(), start_).values.at("MemoryUtilization"), 25);
  write("cpuacct/job/cpuacct.usage", "250000005\n");
  EXPECT_DOUBLE_EQ(meter.read(Time(), start_ + 1s).values.at("CPUUtilization"), 25);
}

TEST_F(UsageMeterTest, LeavesOutWhatIsNotThere) {
  UsageMeter meter = this->meter();
  meter.read(Time(), start_);
  const auto sample = meter.read(Time(), start_ + 1s);
  EXPECT_THAT(sample.values, Not(Contains(Key("CPUUtilization"))));
  EXPECT_THAT(sample.values, Not(Contains(Key("MemoryUtilization"))));
  EXPECT_THAT(sample.values, Not(Contains(Key("NetworkRxBytes"))));
  EXPECT_FALSE(parse_network(""));
}

TEST(GpuMeterTest, HasNothingToSayWithoutTheGpusThatAreAskedFor) {
  EXPECT_FALSE(GpuMeter({}).read());
  EXPECT_FALSE(GpuMeter({4711}).read());
}

}  // namespace
}  // namespace sagebrush::agent
