#include "agent/script_launcher.h"

#include <algorithm>

#include "agent/config_files.h"
#include "base/error.h"

namespace sagebrush::agent {
namespace {

namespace json = boost::json;
using agent_protocol::Spec;

constexpr const char* kTorch[] = {"sagemaker_torch_distributed_enabled",
                                  "sagemaker_pytorch_ddp_enabled",
                                  "sagemaker_distributed_dataparallel_enabled"};
constexpr const char* kNotServed[] = {"sagemaker_parameter_server_enabled",
                                      "sagemaker_pytorch_xla_multi_worker_enabled",
                                      "sagemaker_multi_worker_mirrored_strategy_enabled"};

bool is_on(const ScriptJob& job, const char* name) {
  const auto* value = job.framework.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

}  // namespace

Rank rank_among(std::vector<std::string> hosts, const std::string& own) {
  std::ranges::sort(hosts);
  const auto found = std::ranges::find(hosts, own);
  if (found == hosts.end()) return {.own = 0, .count = 0, .master = ""};
  return {.own = static_cast<std::size_t>(found - hosts.begin()),
          .count = hosts.size(),
          .master = hosts.front()};
}

Rank rank_of(const Spec& spec) {
  std::vector<std::string> names;
  for (const auto& host : spec.hosts) names.push_back(host.name);
  return rank_among(std::move(names), spec.host);
}

// The hosts of the instance groups that the distribution names; all where it names none.
std::vector<std::string> launched_hosts(const Spec& spec, const ScriptJob& job) {
  const auto* named = job.framework.if_contains("sagemaker_distribution_instance_groups");
  const auto* groups = named ? named->if_array() : nullptr;
  std::vector<std::string> hosts;
  for (const auto& host : spec.hosts) {
    const bool taken = !groups || groups->empty() ||
                       std::ranges::find(*groups, json::value(host.group)) != groups->end();
    if (taken) hosts.push_back(host.name);
  }
  std::ranges::sort(hosts);
  return hosts;
}

Launcher launcher_of(const Spec& spec, const ScriptJob& job) {
  for (const char* name : kNotServed) {
    if (!is_on(job, name)) continue;
    throw Error(ErrorKind::kInvalid,
                std::string("the launcher of hyperparameter ") + name +
                    " is not served; use torch_distributed, pytorchddp or mpi");
  }
  if (rank_among(launched_hosts(spec, job), spec.host).count == 0) return Launcher::kNone;
  if (is_on(job, "sagemaker_mpi_enabled")) return Launcher::kMpi;
  const bool torch = std::ranges::any_of(kTorch, [&](auto* name) { return is_on(job, name); });
  return torch ? Launcher::kTorch : Launcher::kNone;
}

std::vector<std::string> torch_launcher(const Spec& spec, const ScriptJob& job) {
  const Rank rank = rank_among(launched_hosts(spec, job), spec.host);
  const std::size_t processes = std::max<std::size_t>(1, spec.limits.gpus.size());
  std::vector<std::string> words{"-m",
                                 "torch.distributed.run",
                                 "--nnodes",
                                 std::to_string(rank.count),
                                 "--nproc_per_node",
                                 std::to_string(processes)};
  // torch before 2.0 does not understand its own defaults of these two under Python 3.11 and later,
  // where a Flag without bits is none of its members. So said, they are about a tenth process only.
  if (processes < 10) words.insert(words.end(), {"--redirects", "9:1", "--tee", "9:1"});
  if (rank.count > 1) {
    words.insert(words.end(), {"--master_addr", rank.master, "--master_port", kMasterPort,
                               "--node_rank", std::to_string(rank.own)});
  }
  return words;
}

}  // namespace sagebrush::agent
