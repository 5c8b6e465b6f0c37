#include "job/host_plan.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;

constexpr const char* kDefaultType = "ml.m5.xlarge";

// Divides `total` as `wanted` asks, nobody more than wanted, everybody `least` (even where that is
// more than there is): one by one to whoever has the smallest part of what it wants.
std::vector<int> apportion(int total, const std::vector<int>& wanted, int least) {
  std::vector<int> given(wanted.size(), least);
  int left = total - least * static_cast<int>(wanted.size());
  while (left-- > 0) {
    std::size_t poorest = wanted.size();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (given[i] >= wanted[i]) continue;
      if (poorest == wanted.size() || given[i] * wanted[poorest] < given[poorest] * wanted[i]) {
        poorest = i;
      }
    }
    if (poorest == wanted.size()) break;
    ++given[poorest];
  }
  return given;
}

std::vector<std::uint64_t> apportion_bytes(std::uint64_t total,
                                           const std::vector<std::uint64_t>& wanted) {
  const double sum = std::accumulate(wanted.begin(), wanted.end(), 0.0);
  if (sum <= static_cast<double>(total)) return wanted;
  std::vector<std::uint64_t> given;
  for (const auto bytes : wanted) {
    given.push_back(static_cast<std::uint64_t>(static_cast<double>(total) *
                                               (static_cast<double>(bytes) / sum)));
  }
  return given;
}

struct Types {
  std::vector<InstanceType> of_hosts;
  std::string unknown;  // the first that nobody listed
};

Types types_of(const std::vector<WantedHost>& wanted, const Capacity& machine) {
  Types types;
  for (const auto& host : wanted) {
    auto type = find_instance_type(host.instance_type);
    if (!type) {
      if (types.unknown.empty()) types.unknown = host.instance_type;
      type = InstanceType{host.instance_type, machine.cpus, machine.memory_bytes, 0};
    }
    types.of_hosts.push_back(*type);
  }
  return types;
}

// "ml.m5.xlarge", "3 x ml.m5.xlarge", "2 x ml.m5.large and 1 x ml.m5.xlarge".
std::string names_of(const std::vector<InstanceType>& types) {
  if (types.size() == 1) return types.front().name;
  std::vector<std::pair<std::string, int>> counted;
  for (const auto& type : types) {
    const auto known = std::ranges::find(counted, type.name, &std::pair<std::string, int>::first);
    if (known == counted.end()) {
      counted.emplace_back(type.name, 1);
    } else {
      ++known->second;
    }
  }
  std::string out;
  for (const auto& [name, count] : counted) {
    if (!out.empty()) out += " and ";
    out += std::to_string(count) + " x " + name;
  }
  return out;
}

std::string gpus_text(int gpus) {
  return gpus == 1 ? "1 GPU" : std::to_string(gpus) + " GPUs";
}

// "algo-1 1 CPU, algo-2 1 CPU".
std::string division(const std::vector<WantedHost>& wanted, const Allotment& allotment) {
  const int together =
      std::accumulate(allotment.hosts.begin(), allotment.hosts.end(), 0,
                      [](int sum, const HostNeed& host) { return sum + host.cpus; });
  if (together > allotment.cpus) return "its hosts share processors";
  std::string out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const int cpus = allotment.hosts[i].cpus;
    if (!out.empty()) out += ", ";
    out += wanted[i].name + " gets " + std::to_string(cpus) + (cpus == 1 ? " CPU" : " CPUs");
  }
  return out;
}

std::string notice_of(const std::vector<WantedHost>& wanted, const Types& types,
                      const Allotment& allotment) {
  if (!types.unknown.empty()) {
    return types.unknown + " is not in the instance catalogue: the job gets the whole machine";
  }
  InstanceType all{names_of(types.of_hosts), 0, 0, 0};
  for (const auto& type : types.of_hosts) {
    all.cpus += type.cpus;
    all.memory_bytes += type.memory_bytes;
    all.gpus += type.gpus;
  }
  const bool less = allotment.cpus < all.cpus || allotment.memory_bytes < all.memory_bytes;
  if (!less && allotment.gpus == all.gpus) return "";
  const bool one = wanted.size() == 1;
  std::string out = all.name + (one ? " has " : " have ");
  if (less) {
    out += std::to_string(all.cpus) + " CPUs and " + human_bytes(all.memory_bytes) +
           "; this machine gives the job " + std::to_string(allotment.cpus) + " and " +
           human_bytes(allotment.memory_bytes);
    if (!one) out += ": " + division(wanted, allotment);
  }
  if (allotment.gpus < all.gpus) {
    if (less) out += "; of ";
    out += gpus_text(all.gpus) + (less ? " it gives " : "; this machine gives the job ") +
           (allotment.gpus == 0 ? "none" : std::to_string(allotment.gpus));
  }
  return out;
}

}  // namespace

std::string host_name(int number) {
  return "algo-" + std::to_string(number);
}

std::vector<WantedHost> wanted_hosts(const json::object& request) {
  std::vector<WantedHost> hosts;
  const auto add = [&](const json::object& of, const std::string& group) {
    const auto count = integer_at(of, "InstanceCount", 1);
    for (std::int64_t i = 0; i < count; ++i) {
      hosts.push_back({.name = host_name(static_cast<int>(hosts.size()) + 1),
                       .instance_type = text_at(of, "InstanceType", kDefaultType),
                       .group = group});
    }
  };
  const auto* resources = object_at(request, "ResourceConfig");
  const auto* groups = resources ? resources->if_contains("InstanceGroups") : nullptr;
  if (groups && groups->is_array() && !groups->get_array().empty()) {
    for (const auto& group : groups->get_array()) {
      if (const auto* of = group.if_object()) add(*of, text_at(*of, "InstanceGroupName"));
    }
  } else {
    static const json::object kNothing;
    add(resources ? *resources : kNothing, kOnlyGroup);
  }
  return hosts;
}

Allotment allot(const std::vector<WantedHost>& wanted, const Capacity& machine) {
  const Types types = types_of(wanted, machine);
  std::vector<int> cpus;
  std::vector<int> gpus;
  std::vector<std::uint64_t> bytes;
  for (const auto& type : types.of_hosts) {
    cpus.push_back(type.cpus);
    gpus.push_back(type.gpus);
    bytes.push_back(type.memory_bytes);
  }
  cpus = apportion(machine.cpus, cpus, 1);
  gpus = apportion(machine.gpus, gpus, 0);
  bytes = apportion_bytes(machine.memory_bytes, bytes);
  Allotment allotment{.cpus = 0, .memory_bytes = 0, .gpus = 0, .notice = "", .hosts = {}};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    allotment.hosts.push_back({cpus[i], bytes[i], gpus[i]});
    allotment.cpus = std::min(machine.cpus, allotment.cpus + cpus[i]);
    allotment.memory_bytes += bytes[i];
    allotment.gpus += gpus[i];
  }
  allotment.notice = notice_of(wanted, types, allotment);
  return allotment;
}

std::vector<Host> place_hosts(const std::vector<WantedHost>& wanted, const Allotment& allotment,
                              const Share& share) {
  std::vector<Host> hosts;
  std::size_t cpu = 0;
  std::size_t gpu = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const HostNeed& need = allotment.hosts.at(i);
    Host host;
    host.name = wanted[i].name;
    host.instance_type = wanted[i].instance_type;
    host.group = wanted[i].group;
    host.share.cpus = need.cpus;
    host.share.memory_bytes = need.memory_bytes;
    for (int k = 0; k < need.cpus && !share.cpu_set.empty(); ++k) {
      host.share.cpu_set.push_back(share.cpu_set[cpu++ % share.cpu_set.size()]);
    }
    for (int k = 0; k < need.gpus && gpu < share.gpus.size(); ++k) {
      host.share.gpus.push_back(share.gpus[gpu++]);
    }
    hosts.push_back(std::move(host));
  }
  return hosts;
}

}  // namespace sagebrush::job
