#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent_protocol/messages.h"
#include "base/time.h"

namespace sagebrush::job {

using agent_protocol::StopCause;

struct StopOrder {
  StopCause cause = StopCause::kRequested;
  Time at;
  Time kill_at;  // stored, so that no restart lengthens the grace
};

// What an attempt, or one host of it, holds of the machine.
struct Share {
  int cpus = 1;
  std::vector<int> cpu_set;
  std::uint64_t memory_bytes = 0;
  std::vector<int> gpus;  // their numbers
};

// One instance of an attempt, carried out by one agent.
struct Host {
  std::string name;  // "algo-1"
  std::string instance_type;
  std::string group;  // of ResourceConfig.InstanceGroups, else kOnlyGroup
  Share share;
  int agent_starts = 0;  // how often an agent had to be started again for it
  std::string runtime;   // the container runtime, as the agent said
  agent_protocol::Phase phase = agent_protocol::Phase::kStarting;
  std::optional<agent_protocol::ExitRecord> exit;  // absent until it has ended
};

// The lease: who may act for the job now. A token other than this one is refused everywhere.
struct Attempt {
  int number = 1;
  std::string token;
  // The streams are <job>/algo-<n>-<suffix>: epoch seconds, of the attempt or the first after it
  // that no stream of that name has.
  std::string log_stream_suffix;
  Time granted;
  Share share;              // of all hosts together; theirs overlap where they share processors
  std::vector<Host> hosts;  // algo-1 first; never empty
  // The end of this attempt and not of its job: one host failed, so the others are to stop; or a
  // spot job is interrupted.
  std::optional<StopOrder> stop;
  std::optional<Time> training_since = {};  // staging began
  std::optional<Time> checkpointed = {};    // when a host last had stored its checkpoints

  const Host* find(const std::string& host) const;  // nullptr: no such host
  Host* find(const std::string& host);
};

// True once the container of every host but `except` has ended.
bool all_ended(const Attempt& attempt, const std::string& except = "");

boost::json::object to_json(const StopOrder& stop);
StopOrder stop_order_from_json(const boost::json::object& object);
boost::json::object to_json(const Attempt& attempt);
// Reads records of servers that knew one host only, too.
Attempt attempt_from_json(const boost::json::object& object);

}  // namespace sagebrush::job
