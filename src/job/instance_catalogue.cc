#include "job/instance_catalogue.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>

#include "base/error.h"
#include "base/text.h"
#include "instance_types_csv.h"

namespace sagebrush::job {
namespace {

constexpr std::uint64_t kMebibyte = 1024 * 1024;

std::map<std::string, InstanceType, std::less<>> read_catalogue() {
  std::map<std::string, InstanceType, std::less<>> types;
  for (const std::string_view line : split(kInstanceTypesCsv, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto cells = split(line, ',');
    if (cells.size() != 4) {
      throw Error(ErrorKind::kInternal, "instance_types.csv: bad line " + std::string(line));
    }
    InstanceType type;
    type.name = cells[0];
    type.cpus = static_cast<int>(parse_unsigned(cells[1]).value());
    type.memory_bytes = parse_unsigned(cells[2]).value() * kMebibyte;
    type.gpus = static_cast<int>(parse_unsigned(cells[3]).value());
    types.emplace(type.name, type);
  }
  return types;
}

const std::map<std::string, InstanceType, std::less<>>& catalogue() {
  static const auto all = read_catalogue();
  return all;
}

}  // namespace

std::optional<InstanceType> find_instance_type(std::string_view name) {
  const auto found = catalogue().find(name);
  if (found == catalogue().end()) return std::nullopt;
  return found->second;
}

std::vector<InstanceType> instance_types() {
  std::vector<InstanceType> types;
  for (const auto& [name, type] : catalogue()) types.push_back(type);
  return types;
}

Capacity capacity_of_this_machine() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int cpus = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0
                       ? CPU_COUNT(&allowed)
                       : static_cast<int>(std::thread::hardware_concurrency());
  const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGE_SIZE)));
  return {.cpus = std::max(1, cpus), .memory_bytes = pages * page_bytes};
}

}  // namespace sagebrush::job
