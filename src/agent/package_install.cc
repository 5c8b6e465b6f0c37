#include "agent/package_install.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "agent/package_container.h"
#include "agent/spawn_role.h"
#include "base/error.h"
#include "base/file.h"
#include "container/cgroup.h"
#include "container/frame_log.h"
#include "container/launch.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::AttemptFolder;

constexpr std::chrono::milliseconds kPause{20};
constexpr std::chrono::hours kKept{24 * 30};  // longer than a job may run

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

// An image may run as a user of its own.
void open_to_all(const fs::path& folder) {
  using fs::perms;
  fs::permissions(folder, perms::owner_all | perms::group_read | perms::group_exec |
                              perms::others_read | perms::others_exec);
}

}  // namespace

InstallResult install_packages(const PackageInstall& install, const Orders& orders) {
  fs::create_directories(install.store.root);
  fs::permissions(install.store.root, fs::perms::owner_all);  // jobs see it elsewhere
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
  if (install.store.has(install.plan)) {
    open_to_all(done);  // an earlier release made it for root alone
    return {};
  }
  drop_unused(install.store);
  end_installation(install);
  const fs::path building = done.string() + ".part";
  remove_tree(install.scratch);
  remove_tree(building);
  fs::create_directories(building);
  open_to_all(building);
  fs::create_directories(install.scratch);
  const AttemptFolder folder{install.scratch};
  prepare_install(install, folder, building);
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
