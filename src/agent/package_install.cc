#include "agent/package_install.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "agent/spawn_role.h"
#include "base/error.h"
#include "base/file.h"
#include "container/cgroup.h"
#include "container/frame_log.h"
#include "container/host_network.h"
#include "container/host_rootfs.h"
#include "container/launch.h"
#include "container/replace_file.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::AttemptFolder;
using container::Mount;

constexpr std::chrono::milliseconds kPause{20};
constexpr std::chrono::hours kKept{24 * 30};  // longer than a job may run

// What the server's operator has told pip and the like.
constexpr const char* kPassed[] = {
    "PIP_INDEX_URL",       "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_NO_INDEX",
    "PIP_DEFAULT_TIMEOUT", "http_proxy",          "https_proxy",      "no_proxy",
    "HTTP_PROXY",          "HTTPS_PROXY",         "NO_PROXY"};
constexpr const char* kCertificates[] = {"PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"};

// A file of the machine at the same place in the container, when there is one.
void show_file(const fs::path& file, const container::Workplace& place, const fs::path& at) {
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return;
  const fs::path target = place.rootfs() / at.relative_path();
  fs::create_directories(target.parent_path());
  fs::copy_file(file, target, fs::copy_options::overwrite_existing, failed);
}

std::vector<std::string> environment_of(const PackageInstall& install,
                                        const container::Workplace& place,
                                        std::vector<Mount>& mounts) {
  std::vector<std::string> out{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                               "HOME=/root",
                               "LANG=C.UTF-8",
                               "LC_ALL=C.UTF-8",
                               "PYTHONDONTWRITEBYTECODE=1",
                               "PIP_ROOT_USER_ACTION=ignore"};
  if (const char* links = std::getenv("PIP_FIND_LINKS"); links && fs::is_directory(links)) {
    const fs::path target = container::make_mount_point(place, "mnt/find-links");
    mounts.push_back(Mount::bind_read_only(links, target));
    out.emplace_back("PIP_FIND_LINKS=/mnt/find-links");
  }
  if (!install.network) return out;
  for (const char* name : kPassed) {
    if (const char* value = std::getenv(name)) out.push_back(std::string(name) + "=" + value);
  }
  for (const char* name : kCertificates) {
    const char* value = std::getenv(name);
    if (!value) continue;
    const std::string inside = std::string("/root/") + name + ".pem";
    show_file(value, place, inside);
    out.push_back(std::string(name) + "=" + inside);
  }
  show_file("/etc/resolv.conf", place, "/etc/resolv.conf");
  show_file("/etc/hosts", place, "/etc/hosts");
  show_file("/etc/pip.conf", place, "/etc/pip.conf");
  if (const char* home = std::getenv("HOME")) {
    show_file(fs::path(home) / ".config/pip/pip.conf", place, "/root/.config/pip/pip.conf");
  }
  return out;
}

void prepare(const PackageInstall& install, const AttemptFolder& folder, const fs::path& building) {
  const container::Workplace place{folder.work()};
  fs::create_directories(place.root);
  const container::HostRootfs rootfs{.hostname = "packages",
                                     .hosts_file = container::hosts_file({"packages"}),
                                     .builtin_programs = {},
                                     .channels = {}};
  auto mounts = container::build_host_rootfs(rootfs, place);
  fs::create_directories(place.ml() / "code");
  const fs::path target = place.rootfs() / fs::path(kEnvironmentFolder).relative_path();
  fs::create_directories(target);
  mounts.push_back(Mount::bind_read_only(install.code, place.rootfs() / "opt/ml/code"));
  mounts.push_back(Mount::bind(building, target));
  container::ContainerSpec spec;
  spec.arguments = install_command(install.plan);
  spec.environment = environment_of(install, place, mounts);
  spec.hostname = rootfs.hostname;
  if (install.runtime.kind != container::RuntimeKind::kBubblewrap) {
    spec.cgroup_path = install.cgroup_path;
  }
  container::HostNetwork network;  // the machine's own
  if (!install.network) network.hosts = {rootfs.hostname};
  const auto launch =
      container::prepare_launch(install.runtime, spec, place, install.cgroup_path.substr(1),
                                std::move(mounts), std::move(network));
  container::replace_file(place.launch(), json::serialize(to_json(launch)));
  // pip's output is part of the job's log, as it comes.
  fs::create_symlink(install.log, folder.output_log());
}

void tell(const PackageInstall& install) {
  std::string frames;
  container::append_frame(frames, now(), container::Stream::kStdout,
                          install.plan.package ? "Installing the source and its requirements"
                                               : "Installing dependencies from requirements.txt");
  File::open(install.log, O_WRONLY | O_CREAT | O_APPEND).write_all(frames);
}

// Environments that no job has used for long. Beside them lie locks, which stay.
void drop_unused(const PackageStore& store) {
  const auto oldest = fs::file_time_type::clock::now() - kKept;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(store.root, failed)) {
    if (entry.is_directory() && entry.last_write_time(failed) < oldest && !failed) {
      remove_tree(entry.path());
    }
  }
}

InstallResult run_container(const PackageInstall& install, const AttemptFolder& folder,
                            const Orders& orders) {
  const Pipe word = make_pipe();
  const int shim = spawn_role("shim", folder, word.read);
  word.write.write_all("!");
  for (bool ended = false; !fs::exists(folder.container_exit());) {
    if (ended) throw Error(ErrorKind::kInternal, "the process that installs packages was killed");
    if (orders.lost() || orders.abandoned() || orders.now().stop) {
      end_installation(install);
      ::waitpid(shim, nullptr, 0);
      orders.check();
      return {InstallEnd::kStopped};
    }
    ended = ::waitpid(shim, nullptr, WNOHANG) == shim;
    if (!ended) std::this_thread::sleep_for(kPause);
  }
  ::waitpid(shim, nullptr, 0);
  const auto exit = container::container_exit_from_json(
      json::parse(read_file(folder.container_exit())).as_object());
  if (!exit.start_error.empty()) throw Error(ErrorKind::kInternal, exit.start_error);
  const int code = exit.exit_code.value_or(1);
  return {code == 0 ? InstallEnd::kInstalled : InstallEnd::kFailed, code};
}

}  // namespace

InstallResult install_packages(const PackageInstall& install, const Orders& orders) {
  fs::create_directories(install.store.root);
  const File lock =
      File::open(install.store.root / (install.plan.key + ".lock"), O_RDWR | O_CREAT, 0600);
  while (!agent_protocol::take_lock(lock)) {
    orders.check();
    if (orders.now().stop) return {InstallEnd::kStopped};
    std::this_thread::sleep_for(kPause);
  }
  const fs::path done = install.store.environment(install.plan);
  std::error_code ignored;
  fs::last_write_time(done, fs::file_time_type::clock::now(), ignored);
  if (install.store.has(install.plan)) return {};
  drop_unused(install.store);
  end_installation(install);
  const fs::path building = done.string() + ".part";
  remove_tree(install.scratch);
  remove_tree(building);
  fs::create_directories(building);
  fs::create_directories(install.scratch);
  const AttemptFolder folder{install.scratch};
  prepare(install, folder, building);
  tell(install);
  const InstallResult result = run_container(install, folder, orders);
  end_installation(install);
  if (result.end == InstallEnd::kInstalled) {
    fs::rename(building, done);
    sync_directory(install.store.root);
  } else {
    remove_tree(building);
  }
  remove_tree(install.scratch);
  return result;
}

void end_installation(const PackageInstall& install) {
  const container::Cgroup group(install.cgroup_path);
  const AttemptFolder folder{install.scratch};
  const container::Workplace place{folder.work()};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  do {
    group.kill_all();
    if (fs::exists(place.process())) {
      container::send_signal(container::container_process_from_json(
                                 json::parse(read_file(place.process())).as_object()),
                             SIGKILL);
    }
    if (!agent_protocol::is_locked(folder.shim_lock())) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  } while (std::chrono::steady_clock::now() < deadline);
  group.remove();
}

}  // namespace sagebrush::agent
