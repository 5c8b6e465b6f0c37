#include "agent/gpu_meter.h"

#include <dlfcn.h>

#include <algorithm>

namespace sagebrush::agent {
namespace {

// Of nvml.h, which needs no SDK to be spoken to.
using Device = struct nvmlDevice_st*;
struct Utilization {
  unsigned gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};
constexpr int kSuccess = 0;

template <typename Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(library, name));
}

}  // namespace

struct GpuMeter::Library {
  void* handle = nullptr;
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*by_index)(unsigned, Device*) = nullptr;
  int (*minor_number)(Device, unsigned*) = nullptr;
  int (*utilization)(Device, Utilization*) = nullptr;
  int (*memory)(Device, Memory*) = nullptr;
  bool ready = false;
  std::vector<Device> devices;

  ~Library() {
    if (ready) shutdown();
    if (handle) ::dlclose(handle);
  }

  bool load() {
    handle = ::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!handle) return false;
    init = symbol<int()>(handle, "nvmlInit_v2");
    shutdown = symbol<int()>(handle, "nvmlShutdown");
    count = symbol<int(unsigned*)>(handle, "nvmlDeviceGetCount_v2");
    by_index = symbol<int(unsigned, Device*)>(handle, "nvmlDeviceGetHandleByIndex_v2");
    minor_number = symbol<int(Device, unsigned*)>(handle, "nvmlDeviceGetMinorNumber");
    utilization = symbol<int(Device, Utilization*)>(handle, "nvmlDeviceGetUtilizationRates");
    memory = symbol<int(Device, Memory*)>(handle, "nvmlDeviceGetMemoryInfo");
    const bool whole =
        init && shutdown && count && by_index && minor_number && utilization && memory;
    ready = whole && init() == kSuccess;
    return ready;
  }
};

GpuMeter::GpuMeter(const std::vector<int>& gpus) : library_(std::make_unique<Library>()) {
  if (gpus.empty() || !library_->load()) return;
  unsigned count = 0;
  if (library_->count(&count) != kSuccess) return;
  for (unsigned i = 0; i < count; ++i) {
    Device device = nullptr;
    unsigned number = 0;
    if (library_->by_index(i, &device) != kSuccess) continue;
    if (library_->minor_number(device, &number) != kSuccess) continue;
    const bool wanted = std::ranges::find(gpus, static_cast<int>(number)) != gpus.end();
    if (wanted) library_->devices.push_back(device);
  }
}

GpuMeter::~GpuMeter() = default;
GpuMeter::GpuMeter(GpuMeter&&) noexcept = default;

std::optional<GpuMeter::Usage> GpuMeter::read() const {
  if (library_->devices.empty()) return std::nullopt;
  Usage usage;
  for (const Device device : library_->devices) {
    Utilization busy{};
    if (library_->utilization(device, &busy) == kSuccess) usage.utilization += busy.gpu;
    Memory memory{};
    if (library_->memory(device, &memory) == kSuccess && memory.total > 0) {
      usage.memory += 100.0 * static_cast<double>(memory.used) / static_cast<double>(memory.total);
    }
  }
  return usage;
}

}  // namespace sagebrush::agent
