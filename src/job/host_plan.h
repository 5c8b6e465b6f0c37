#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "job/attempt.h"
#include "job/instance_catalogue.h"

namespace sagebrush::job {

// SageMaker's name for the group of all hosts of a job without InstanceGroups.
inline constexpr const char* kOnlyGroup = "homogeneousCluster";
// What one job may ask for: each host is an agent, a shim and a container of this machine.
inline constexpr std::int64_t kMostHosts = 64;

std::string host_name(int number);  // "algo-1"

// One host that a job asks for.
struct WantedHost {
  std::string name;
  std::string instance_type;  // "ml.m5.xlarge" when nothing is named
  std::string group;
};

// The hosts of a validated CreateTrainingJob, algo-1 first; InstanceGroups in their order.
std::vector<WantedHost> wanted_hosts(const boost::json::object& request);

// What one host gets.
struct HostNeed {
  int cpus = 1;
  std::uint64_t memory_bytes = 0;
  int gpus = 0;
};

// What a job gets, all of it or nothing: each host its instance type; on a machine that is smaller
// than all of them together the whole machine, divided as the types ask. A host gets one processor
// at least: several share one where there are more hosts than processors.
struct Allotment {
  int cpus = 1;  // of all hosts together
  std::uint64_t memory_bytes = 0;
  int gpus = 0;
  std::string notice;           // says what is less than asked; "" when nothing is
  std::vector<HostNeed> hosts;  // in the order asked
};

Allotment allot(const std::vector<WantedHost>& wanted, const Capacity& machine);

// The hosts of an attempt that got `share`, an Allotment's whole, of the machine.
std::vector<Host> place_hosts(const std::vector<WantedHost>& wanted, const Allotment& allotment,
                              const Share& share);

}  // namespace sagebrush::job
