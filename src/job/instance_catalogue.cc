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

// How many characters have to be put in, left out or changed.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> nearest_instance_types(std::string_view name, std::size_t count) {
  constexpr std::size_t kLongest = 64;  // of what somebody sends
  std::string wanted(name.substr(0, kLongest));
  if (!wanted.starts_with("ml.")) wanted = "ml." + wanted;  // as EC2 names it
  std::vector<std::pair<std::size_t, std::string>> all;
  for (const auto& [known, type] : catalogue()) {
    all.emplace_back(edit_distance(wanted, known), known);
  }
  std::ranges::sort(all);
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < std::min(count, all.size()); ++i) nearest.push_back(all[i].second);
  return nearest;
}

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
