#pragma once

#include <filesystem>
#include <vector>

namespace sagebrush::job {

// The numbers of the machine's GPUs that jobs can use, in order: its /dev/nvidia<number> devices.
// Empty where the driver's control device is not there. devices: tests give another folder.
std::vector<int> find_gpus(const std::filesystem::path& devices = "/dev");

}  // namespace sagebrush::job
