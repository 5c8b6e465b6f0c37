#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"

namespace sagebrush::agent_protocol {

// What one host of an attempt used, by SageMaker's names: CPUUtilization in percent of one
// processor, summed over processors; MemoryUtilization and DiskUtilization in percent;
// GPUUtilization and GPUMemoryUtilization in percent, summed over GPUs; NetworkRxBytes and
// NetworkTxBytes a second. What can't be measured here is absent.
struct UsageSample {
  Time time;
  std::map<std::string, double> values;
};

struct UsageBatch {
  std::vector<UsageSample> samples;  // oldest first
};

boost::json::object to_json(const UsageBatch& batch);
// Throws Error{kInvalid} that names the member.
UsageBatch usage_batch_from_json(const boost::json::object& object);

}  // namespace sagebrush::agent_protocol
