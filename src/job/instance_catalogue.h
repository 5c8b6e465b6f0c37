#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::job {

struct InstanceType {
  std::string name;
  int cpus = 0;
  std::uint64_t memory_bytes = 0;
  int gpus = 0;
};

// What an instance type is made of (instance_types.csv). nullopt for one that nobody listed.
std::optional<InstanceType> find_instance_type(std::string_view name);
std::vector<InstanceType> instance_types();  // all of them, by name
// The names that are most like a wrong one, the nearest first.
std::vector<std::string> nearest_instance_types(std::string_view name, std::size_t count);

// What jobs may use of this machine.
struct Capacity {
  int cpus = 1;
  std::uint64_t memory_bytes = 0;
  int gpus = 0;
};

// Processors that this process may run on, and all memory.
Capacity capacity_of_this_machine();

}  // namespace sagebrush::job
