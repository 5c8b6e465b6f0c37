#pragma once

#include <string>
#include <vector>

#include "agent/script_job.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// The port on the first host where the processes of a job meet: the training toolkit's.
inline constexpr const char* kMasterPort = "7777";

// A process group as torch's env:// knows it, of one process a host: the hosts by name, as the
// training toolkit ranks them.
struct Rank {
  std::size_t own = 0;
  std::size_t count = 1;
  std::string master;  // the first host
};

// Among these hosts; count 0: this host is not one of them.
Rank rank_among(std::vector<std::string> hosts, const std::string& own);
// Among all hosts of the attempt.
Rank rank_of(const agent_protocol::Spec& spec);

// kTorch: torch_distributed, and pytorchddp and smddp, which the toolkit starts by mpirun and whose
// scripts find the same variables. kMpi: mpirun on the first host.
enum class Launcher { kNone, kTorch, kMpi };

// Under what of several processes the job asks for its script; kNone also on a host that does not
// take part. Throws Error{kInvalid} for a launcher that is not served, by the name that the job
// gave.
Launcher launcher_of(const agent_protocol::Spec& spec, const ScriptJob& job);

// The hosts that take part, in the order of their ranks.
std::vector<std::string> launched_hosts(const agent_protocol::Spec& spec, const ScriptJob& job);

// What comes between the interpreter and the script: torchrun's module and its arguments, one
// process for each GPU of the host, or one.
std::vector<std::string> torch_launcher(const agent_protocol::Spec& spec, const ScriptJob& job);

}  // namespace sagebrush::agent
