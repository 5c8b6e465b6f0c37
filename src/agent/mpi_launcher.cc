#include "agent/mpi_launcher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/python_value.h"
#include "base/error.h"
#include "base/text.h"
#include "container/host_network.h"

namespace sagebrush::agent {
namespace {

constexpr const char* kPerHost = "sagemaker_mpi_num_of_processes_per_host";
constexpr const char* kProcesses = "sagemaker_mpi_num_processes";
constexpr const char* kCustom = "sagemaker_mpi_custom_mpi_options";
constexpr std::int64_t kMostProcesses = 4096;

std::int64_t count_at(const ScriptJob& job, const char* name, std::int64_t otherwise) {
  const auto* value = job.framework.if_contains(name);
  if (!value || value->is_null()) return otherwise;
  if (value->is_int64() && value->get_int64() > 0 && value->get_int64() <= kMostProcesses) {
    return value->get_int64();
  }
  throw Error(ErrorKind::kInvalid, fmt::format("hyperparameter {} must be a number from 1 to {}, "
                                               "not {}",
                                               name, kMostProcesses, python_str(*value)));
}

// As the toolkit cuts them: at white space. Its one option of its own is taken out.
std::vector<std::string> custom_options(const ScriptJob& job, std::string& nccl_debug) {
  const auto* value = job.framework.if_contains(kCustom);
  std::vector<std::string> out;
  if (!value || value->is_null()) return out;
  bool named = false;
  for (const auto word : split(python_str(*value), ' ')) {
    constexpr std::string_view kOption = "--NCCL_DEBUG";
    if (trim(word).empty()) continue;
    if (named) {
      nccl_debug = word;
      named = false;
    } else if (word == kOption) {
      named = true;
    } else if (word.starts_with(std::string(kOption) + "=")) {
      nccl_debug = word.substr(kOption.size() + 1);
    } else {
      out.emplace_back(word);
    }
  }
  return out;
}

}  // namespace

MpiCommand mpi_launcher(const ScriptJob& job, const std::vector<std::string>& hosts,
                        const std::string& own, const std::string& mpirun) {
  const std::string shell = std::string(kProgramsFolder) + "/sagebrush-mpi";
  if (own != hosts.front()) return {.words = {shell, "--serve"}, .whole = true};
  const std::int64_t per_host = count_at(job, kPerHost, 1);
  const auto all = per_host * static_cast<std::int64_t>(hosts.size());
  std::vector<std::string> slots;
  for (const auto& host : hosts) slots.push_back(fmt::format("{}:{}", host, per_host));
  std::string nccl_debug = "WARN";
  const auto custom = custom_options(job, nccl_debug);
  const std::string interface = container::kHostInterface;
  // The toolkit's, but for two: its preloaded library tells a process its host's name, which our
  // containers have; and its variables are each host's own, not the first's.
  std::vector<std::string> words{mpirun,
                                 "--host",
                                 fmt::format("{}", fmt::join(slots, ",")),
                                 "-np",
                                 std::to_string(count_at(job, kProcesses, all)),
                                 "--allow-run-as-root",
                                 "--tag-output"};
  const auto mca = [&](const char* name, const std::string& value) {
    words.insert(words.end(), {"-mca", name, value});
  };
  mca("plm_rsh_agent", shell);
  mca("plm_rsh_no_tree_spawn", "1");
  mca("btl_tcp_if_include", interface);
  mca("oob_tcp_if_include", interface);
  mca("pml", "ob1");
  mca("btl", "^openib");
  mca("btl_vader_single_copy_mechanism", "none");
  mca("orte_abort_on_non_zero_status", "1");
  words.insert(words.end(), {"-bind-to", "none", "-map-by", "slot", "-x",
                             "NCCL_SOCKET_IFNAME=" + interface, "-x", "NCCL_DEBUG=" + nccl_debug});
  words.insert(words.end(), custom.begin(), custom.end());
  return {.words = std::move(words)};
}

std::string without_mpi_tag(const std::string& line) {
  for (const std::string_view stream : {"]<stderr>:", "]<stdout>:"}) {
    const auto end = line.find(stream);
    if (line.starts_with('[') && end != std::string::npos &&
        line.find_first_not_of("0123456789,", 1) == end) {
      return line.substr(end + stream.size());
    }
  }
  return line;
}

}  // namespace sagebrush::agent
