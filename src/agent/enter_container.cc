#include "agent/enter_container.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <optional>

#include "agent_protocol/attempt_folder.h"
#include "agent_protocol/spec.h"
#include "base/error.h"
#include "base/file.h"
#include "container/launch.h"
#include "container/mount_plan.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::AttemptFolder;

json::object read_object(const fs::path& file) {
  return json::parse(read_file(file)).as_object();
}

void require_owner(const fs::path& data) {
  struct stat about{};
  if (::stat(data.c_str(), &about) != 0) throw_errno(data.string());
  if (about.st_uid == ::geteuid()) return;
  throw Error(ErrorKind::kDenied,
              data.string() +
                  " belongs to another user: only whose server it is may enter its "
                  "jobs' containers");
}

// True when the container's first process is the one that was started, and not a later one with
// its number.
bool runs(const AttemptFolder& folder) {
  const container::Workplace place{folder.work()};
  if (!fs::exists(place.process()) || fs::exists(folder.container_exit())) return false;
  const auto process = container::container_process_from_json(read_object(place.process()));
  return container::start_ticks_of(process.pid) == process.start_ticks;
}

std::optional<AttemptFolder> find_running(const EnterOrder& order) {
  const fs::path jobs = order.data / "jobs";
  if (!fs::exists(jobs)) return std::nullopt;
  for (const auto& job : fs::directory_iterator(jobs)) {
    for (const auto& attempt : fs::directory_iterator(job.path())) {
      const AttemptFolder folder{attempt.path() / order.host};
      if (!fs::exists(folder.spec())) continue;
      const auto spec = agent_protocol::Spec::from_json(read_object(folder.spec()));
      if (spec.job_name == order.job && runs(folder)) return folder;
    }
  }
  return std::nullopt;
}

// bash where there is one.
std::vector<std::string> shell() {
  return {"/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; fi; exec sh"};
}

// What the runtime is to run, in memory that it inherits: the container's own process with another
// command. (Its flags for single members differ between runtimes, and would show in ps.)
File process_file(const container::Workplace& place, const EnterOrder& order, bool terminal) {
  json::object process = read_object(place.bundle() / "config.json").at("process").as_object();
  const auto command = order.command.empty() ? shell() : order.command;
  process["args"] = json::array(command.begin(), command.end());
  process["terminal"] = terminal;
  const char* const term = std::getenv("TERM");
  if (terminal && term) {
    json::value& environment = process["env"];
    if (!environment.is_array()) environment.emplace_array();
    environment.get_array().push_back(json::value("TERM=" + std::string(term)));
  }
  File file(::memfd_create("process", 0));
  if (!file) throw_errno("memfd_create");
  file.write_all(json::serialize(process));
  return file;
}

}  // namespace

void enter_container(const EnterOrder& order) {
  require_owner(order.data);
  const auto folder = find_running(order);
  if (!folder) {
    throw Error(ErrorKind::kNotFound,
                "no container of " + order.host + " of training job " + order.job + " runs now");
  }
  const container::Workplace place{folder->work()};
  const auto launch = container::launch_from_json(read_object(place.launch()));
  if (launch.runtime.kind == container::RuntimeKind::kBubblewrap) {
    throw Error(ErrorKind::kUnsupported,
                "a container under bwrap can't be entered: crun or runc is needed");
  }
  const bool terminal = ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO);
  const File process = process_file(place, order, terminal);
  std::vector<std::string> words{launch.runtime.program,
                                 "--root",
                                 place.state(),
                                 "exec",
                                 "--process",
                                 "/proc/self/fd/" + std::to_string(process.fd())};
  if (terminal) words.emplace_back("--tty");
  words.push_back(launch.command.back());  // the container's id
  if (launch.runtime.hide_unified) {
    container::enter_private_mounts(launch.runtime.rootless);
    container::hide_unified_cgroup();
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  throw_errno("run " + words[0]);
}

}  // namespace sagebrush::agent
