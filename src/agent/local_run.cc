#include "agent/local_run.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

#include "agent/attempt.h"
#include "agent/code_folder.h"
#include "agent/config_files.h"
#include "agent/failure_reason.h"
#include "agent/folder_watch.h"
#include "agent/local_output.h"
#include "agent/script_container.h"
#include "agent/script_failure.h"
#include "agent/script_source.h"
#include "agent_protocol/attempt_folder.h"
#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "container/beneath.h"
#include "container/cgroup.h"
#include "container/host_network.h"
#include "container/host_rootfs.h"
#include "container/launch.h"
#include "container/replace_file.h"
#include "container/shim.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace agent_protocol;

std::atomic<int> stops_asked{0};

int usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::uint64_t half_of_memory() {
  struct sysinfo info{};
  return ::sysinfo(&info) == 0 ? std::uint64_t{info.totalram} * info.mem_unit / 2 : 64ULL << 20;
}

Spec spec_from(const JsonReader& in) {
  Spec spec;
  spec.request = in.object("request");
  const JsonReader request(spec.request);
  spec.job_id = "local-" + random_hex(6);
  spec.job_name = request.text("TrainingJobName");
  spec.host = "algo-1";
  spec.hosts = {{.name = spec.host, .instance_type = "local", .group = "homogeneousCluster"}};
  spec.instance_type = "local";
  spec.region = "us-east-1";
  spec.image.arguments = {"train"};
  spec.limits.cpus = usable_cpus();
  spec.runtime = "auto";
  spec.python = in.text("python");
  return spec;
}

// One run, from the folders to what is left of them.
class LocalRun {
 public:
  explicit LocalRun(const JsonReader& in)
      : in_(in),
        spec_(spec_from(in)),
        folder_{scratch_.path()},
        place_{folder_.work()},
        runtime_(container::find_runtime(spec_.runtime, in.text("known_runtime"))),
        output_(in.text("output")) {}

  int run() {
    prepare();
    const pid_t shim = start_shim();
    LocalOutput output(folder_.output_log(), output_ / "training.log");
    FolderWatch watch(folder_.root);
    int told = 0;
    while (!fs::exists(folder_.container_exit())) {
      output.show_new();
      stop_as_asked(told);
      int status = 0;
      if (::waitpid(shim, &status, WNOHANG) == shim) break;
      watch.wait(-1, 5);
    }
    output.show_new();
    const int code = conclude(output);
    ::waitpid(shim, nullptr, 0);
    container::Cgroup(cgroup_path()).remove();
    return code;
  }

 private:
  void prepare() {
    for (const char* name : {"input/config", "input/data", "model", "output/data",
                             "output/metrics/sagemaker", "code", "checkpoints"}) {
      fs::create_directories(place_.ml() / name);
    }
    container::HostRootfs rootfs{.hostname = spec_.host,
                                 .hosts_file = container::hosts_file({spec_.host}),
                                 .builtin_programs = {},
                                 .channels = {}};
    for (const auto& input : in_.object("inputs")) {
      place_input(input.key(), std::string(input.value().as_string()));
      rootfs.channels.emplace_back(input.key());
    }
    for (const auto& [name, text] : config_files(spec_)) {
      std::ofstream(place_.ml() / "input/config" / name) << text;
    }
    auto mounts = container::build_host_rootfs(rootfs, place_);
    const ScriptJob job = script_job(spec_).value();
    const EntryPoint entry = place_code(job, mounts);
    const std::string python = job.interpreter.empty() ? spec_.python : job.interpreter;
    const ScriptCommand command = script_command(spec_, job, entry, find_interpreter(python));
    line_ = shell_line(command.words);

    container::ContainerSpec spec;
    spec.environment = environment(spec_);
    run_in(spec, command, {.image = false, .mpi = false, .init = init_program()});
    spec.hostname = spec_.host;
    if (runtime_.kind != container::RuntimeKind::kBubblewrap) spec.cgroup_path = cgroup_path();
    spec.shared_memory_bytes = half_of_memory();
    const auto launch = container::prepare_launch(
        runtime_, spec, place_, spec_.job_id, std::move(mounts),
        container::HostNetwork{.hosts = {spec_.host}, .own = 0, .meeting = {}});
    container::replace_file(place_.launch(), json::serialize(to_json(launch)));
    fs::create_directories(output_);
  }

  void place_input(const std::string& channel, const fs::path& path) {
    const fs::path at = place_.root / "channels" / channel;
    fs::create_directories(at.parent_path());
    if (fs::is_directory(path)) {
      fs::create_directory_symlink(path, at);
    } else {
      fs::create_directories(at);
      fs::copy_file(path, at / path.filename());
    }
  }

  // The folder itself, copy-on-write; a program that has to be made executable is copied.
  EntryPoint place_code(const ScriptJob& job, std::vector<container::Mount>& mounts) {
    const fs::path source = in_.text("source");
    const fs::path code = place_.ml() / "code";
    if (!fs::is_directory(source)) {
      fs::copy_file(source, code / source.filename());
    } else if (entry_in(job, LocalCode(source)) != EntryPoint::kCommand) {
      const fs::path layer = place_.layers() / "code";
      fs::create_directories(layer / "upper");
      fs::create_directories(layer / "work");
      mounts.push_back({container::Mount::Kind::kOverlay,
                        source,
                        place_.rootfs() / "opt/ml/code",
                        layer / "upper",
                        layer / "work",
                        {}});
      return entry_in(job, LocalCode(source));
    } else {
      fs::copy(source, code, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    }
    const EntryPoint entry = entry_in(job, LocalCode(code));
    if (entry == EntryPoint::kCommand) make_executable(code, job.program);
    return entry;
  }

  // A process of this program as it is: nothing is loaded anew.
  pid_t start_shim() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe");
    const File read(ends[0]), write(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) throw_errno("fork");
    if (child == 0) {
      ::setsid();
      for (const int asked : {SIGINT, SIGTERM, SIGHUP}) ::signal(asked, SIG_DFL);
      ::dup2(read.fd(), STDIN_FILENO);
      ::_exit(container::run_shim(folder_));
    }
    write.write_all("!");
    return child;
  }

  void stop_as_asked(int& told) {
    const int asked = stops_asked;
    if (asked == told || !fs::exists(place_.process())) return;
    const auto process = container::container_process_from_json(
        json::parse(read_file(place_.process())).as_object());
    container::send_signal(process, asked > 1 ? SIGKILL : SIGTERM);
    told = asked;
  }

  int conclude(const LocalOutput& output) {
    keep("model");
    keep("output/data");
    if (!fs::exists(folder_.container_exit())) {
      throw Error(ErrorKind::kInternal, "the process that held the container was killed");
    }
    const auto exit = container::container_exit_from_json(
        json::parse(read_file(folder_.container_exit())).as_object());
    if (exit.start_error.empty() && exit.exit_code == 0) return 0;
    std::string reason = container::read_beneath(place_.ml(), "output/failure", 16 * 1024);
    if (reason.empty()) reason = script_failure(exit, line_, output.last_errors());
    std::fprintf(stderr, "%s\n",
                 failure_reason(exit, reason, output.last_errors(), 0, line_).c_str());
    const int code = exit.exit_code.value_or(1);
    return code == 0 ? 1 : code;
  }

  // Moves /opt/ml/<name> to the output folder, in place of what an earlier run left there.
  void keep(const std::string& name) {
    const fs::path from = place_.ml() / name;
    const fs::path to = output_ / name.substr(0, name.find('/'));
    if (container::is_empty_beneath(place_.ml(), name)) return;
    remove_tree(to);
    std::error_code failed;
    fs::rename(from, to, failed);
    if (failed) fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  }

  std::string cgroup_path() const { return "/sagebrush-" + spec_.job_id; }

  const JsonReader& in_;
  Spec spec_;
  TemporaryDirectory scratch_;
  AttemptFolder folder_;
  container::Workplace place_;
  container::Runtime runtime_;
  fs::path output_;
  std::string line_;
};

}  // namespace

int run_locally(const fs::path& file) {
  struct sigaction asked{};
  asked.sa_handler = [](int) { ++stops_asked; };
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &asked, nullptr);
  // A terminal that is closed; its shell says so a second time, which is no haste. Under nohup it
  // is ignored.
  asked.sa_handler = [](int) {
    int none = 0;
    stops_asked.compare_exchange_strong(none, 1);
  };
  struct sigaction given{};
  ::sigaction(SIGHUP, nullptr, &given);
  if (given.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &asked, nullptr);
  const json::value value = json::parse(read_file(file));
  const JsonReader in(as_object(value, "a local run"));
  return LocalRun(in).run();
}

}  // namespace sagebrush::agent
