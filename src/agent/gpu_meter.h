#pragma once

#include <memory>
#include <optional>
#include <vector>

namespace sagebrush::agent {

// What NVIDIA's GPUs do now, by NVML, which is looked for when the program runs: no GPU, no driver,
// no numbers.
class GpuMeter {
 public:
  // gpus: N of /dev/nvidiaN.
  explicit GpuMeter(const std::vector<int>& gpus);
  ~GpuMeter();
  GpuMeter(GpuMeter&&) noexcept;

  struct Usage {
    double utilization = 0;  // percent, summed over the GPUs
    double memory = 0;       // percent of each one's memory, summed
  };
  std::optional<Usage> read() const;  // nullopt without a GPU

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace sagebrush::agent
