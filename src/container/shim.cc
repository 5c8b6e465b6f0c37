#include "container/shim.h"

#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "container/credentials_address.h"
#include "container/disk_reserve.h"
#include "container/frame_log.h"
#include "container/layer_cache.h"
#include "container/output_pump.h"
#include "container/replace_file.h"
#include "container/start_runtime.h"

namespace sagebrush::container {
namespace {

namespace json = boost::json;
using agent_protocol::AttemptFolder;

// Waits for that child and takes the other processes that a runtime left to us as they end.
int wait_for(int pid) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, 0);
    if (ended == pid) return status;
    if (ended < 0 && errno != EINTR) throw_errno("wait for the container");
  }
}

void set_status(ContainerExit& exit, int status, bool bubblewrap) {
  if (WIFSIGNALED(status)) {
    exit.signal = WTERMSIG(status);
    exit.exit_code = 128 + *exit.signal;
    return;
  }
  exit.exit_code = WEXITSTATUS(status);
  // bubblewrap is our child and the container's process is not: it tells a signal as a shell does.
  if (bubblewrap && *exit.exit_code > 128 && *exit.exit_code < 128 + NSIG) {
    exit.signal = *exit.exit_code - 128;
  }
}

// What the container's init has told of its program, which is the truth where it has: its own exit
// status has one number for an exit code and a signal. False when it told nothing.
bool take_programs_end(const File& told, ContainerExit& exit) {
  std::array<char, 64> text{};
  ::fcntl(told.fd(), F_SETFL, O_NONBLOCK);
  if (::read(told.fd(), text.data(), text.size() - 1) <= 0) return false;
  const auto words = split(text.data(), ' ');
  const auto number = words.size() == 2 ? parse_unsigned(words[1]) : std::nullopt;
  if (!number) return false;
  const int value = static_cast<int>(*number);
  exit.signal.reset();
  if (words[0] == "exec") {
    exit.start_error = std::string("exec: ") + std::strerror(value);
    exit.started.reset();
    exit.exit_code.reset();
  } else if (words[0] == "signal") {
    exit.signal = value;
    exit.exit_code = 128 + value;
  } else {
    exit.exit_code = value;
  }
  return true;
}

// Tells the job's owner what its container lacks, before its own first line.
void note_weaknesses(const Runtime& runtime, const File& log) {
  if (!runtime.rootless && runtime.kind != RuntimeKind::kBubblewrap) return;
  std::string frames;
  for (const auto& warning : runtime_warnings(runtime)) {
    append_frame(frames, now(), Stream::kStdout, "note: " + warning);
  }
  log.write_all(frames);
}

ContainerExit run(const AttemptFolder& folder, const Launch& launch) {
  const Workplace place{folder.work()};
  std::vector<LayerLease> layers;  // as long as the container lives
  for (const auto& file : launch.layer_locks) layers.push_back(LayerCache::take_over(file));
  const File log = File::open(folder.output_log(), O_WRONLY | O_CREAT | O_APPEND);
  note_weaknesses(launch.runtime, log);
  std::optional<RelayProcess> relay;
  if (launch.access) relay.emplace(folder.spec(), *launch.access);
  enter_private_mounts(launch.runtime.rootless);
  if (launch.runtime.hide_unified) hide_unified_cgroup();
  apply(launch.mounts, launch.runtime.rootless);
  const HeldNetwork network = enter_network(launch.network);
  if (relay) {
    add_credentials_address();
    relay->listen();
  }

  ContainerExit exit;
  StartedRuntime started = start_runtime(launch, place);
  if (!started.error.empty()) {
    exit.start_error = started.error;
    exit.ended = now();
    return exit;
  }
  exit.started = now();
  const ContainerProcess process{started.container_pid,
                                 start_ticks_of(started.container_pid).value_or(0), *exit.started};
  replace_file(place.process(), json::serialize(to_json(process)));
  pump_output(started.out, started.err, started.child_pid, log, DiskReserve(folder.reserve()));
  set_status(exit, wait_for(started.child_pid), launch.runtime.kind == RuntimeKind::kBubblewrap);
  exit.ended = now();
  if (!launch.cgroup_path.empty()) {
    const auto memory = Cgroup(launch.cgroup_path).memory();
    exit.out_of_memory = memory.oom_kills > 0;
    exit.peak_memory_bytes = memory.peak_bytes;
  }
  const bool told = started.end && take_programs_end(started.end, exit);
  exit.killed_from_outside = exit.signal == SIGKILL && !told && !exit.out_of_memory &&
                             launch.runtime.kind != RuntimeKind::kBubblewrap;
  return exit;
}

}  // namespace

int run_shim(const AttemptFolder& folder) {
  // The agent's word that all is in place; it ended first when there is none.
  char word = 0;
  if (::read(STDIN_FILENO, &word, 1) != 1) return 0;
  const Workplace place{folder.work()};
  File lock = File::open(folder.shim_lock(), O_RDWR | O_CREAT);
  if (!agent_protocol::take_lock(lock)) return 0;
  lock.release();  // held until the process is gone: who takes it next finds no trace of this one
  // Exclusive creation: a shim that was killed is never followed by a second container.
  const File mark(::open(place.started().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!mark) return 0;
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::signal(SIGPIPE, SIG_IGN);
  ContainerExit exit;
  try {
    exit = run(folder, launch_from_json(json::parse(read_file(place.launch())).as_object()));
  } catch (const std::exception& error) {  // an Error, or what a library throws
    spdlog::error("container not started: {}", error.what());
    exit.start_error = std::string("the machine could not start the container: ") + error.what();
    exit.ended = now();
  }
  write_when_there_is_room(folder.container_exit(), json::serialize(to_json(exit)),
                           DiskReserve(folder.end_reserve()));
  return 0;
}

}  // namespace sagebrush::container
