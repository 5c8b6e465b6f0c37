#include "agent/attempt.h"

#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <thread>

#include "agent/config_files.h"
#include "agent/failure_reason.h"
#include "agent/patience.h"
#include "base/error.h"
#include "base/file.h"
#include "container/cgroup.h"
#include "container/disk_reserve.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace agent_protocol;

Spec read_spec(const fs::path& file) {
  return Spec::from_json(json::parse(read_file(file)).as_object());
}

}  // namespace

Attempt::Attempt(AttemptFolder folder)
    : folder_(std::move(folder)),
      spec_(read_spec(folder_.spec())),
      place_{folder_.work()},
      cgroup_path_("/sagebrush-" + spec_.job_id + "-" + spec_.host),
      feeder_(folder_, place_),
      orders_(folder_.spec()) {
  const fs::path wanted = checkpoint_path(spec_);
  const fs::path inside = wanted.lexically_relative("/opt/ml");
  const bool in_ml = !inside.empty() && *inside.begin() != ".." && inside != ".";
  checkpoint_root_ = in_ml ? place_.ml() : place_.root / "checkpoints";
  checkpoint_below_ = in_ml ? inside : fs::path();
}

int Attempt::run() {
  const File lock = File::open(folder_.lock(), O_RDWR | O_CREAT);
  if (!take_lock(lock)) {
    spdlog::warn("another agent holds {}", folder_.root.string());
    return 0;
  }
  // Whoever must end this agent finds it by what the lock's file says.
  if (::ftruncate(lock.fd(), 0) != 0) throw_errno("ftruncate " + folder_.lock().string());
  lock.write_all(std::to_string(::getpid()));
  try {
    ExitRecord record;
    if (fs::exists(folder_.exit_record())) {
      record = exit_record_from_json(json::parse(read_file(folder_.exit_record())).as_object());
    } else {
      try {
        record = live();
      } catch (const LeaseLost&) {
        throw;
      } catch (const std::exception& error) {  // an Error, or what a library throws
        spdlog::error("attempt failed: {}", error.what());
        record = failed(std::string("InternalServerError: ") + error.what(), true);
      }
      orders_.set_before_start(false);  // where it has not come to a container
      end_container();
      if (record.outcome == Outcome::kFailed) make_room(false);
      container::write_when_there_is_room(folder_.exit_record(), json::serialize(to_json(record)),
                                          container::DiskReserve(folder_.reserve()));
    }
    finish_logs();
    if (heartbeat_) heartbeat_->flush();
    deliver(record);
    await_gathering();
  } catch (const LeaseLost& lost) {
    spdlog::warn("leaving: {}", lost.what());
    orders_.lose();
  }
  heartbeat_.reset();
  clean_up();
  return 0;
}

ExitRecord Attempt::live() {
  if (!container_started() && !container_exit()) {
    spawn_shim();
    begin();
    heartbeat_.emplace(spec_, orders_);
    try {
      orders_.set_before_start(true);
      if (!fs::exists(place_.launch())) {
        stage_in();
      } else if (spec_.image.registry) {
        start_image();  // the agent that prepared the launch has ended, and its hold on the layers
        await_image();
      }
      orders_.set_before_start(false);
    } catch (const StopOrdered&) {
      return stopped_before_start();
    } catch (const Error& error) {
      if (!is_users_fault(error)) {
        throw;
      }
      const std::string why = error.what();
      return failed(why.starts_with("ClientError: ") ? why : "ClientError: " + stage_ + ": " + why,
                    false);
    }
    if (orders_.now().stop) return stopped_before_start();
    if (auto ended = install_needed_packages()) return *ended;
  } else {
    heartbeat_.emplace(spec_, orders_);
  }
  const auto exit = run_container();
  if (!exit && !fs::exists(place_.started())) return stopped_before_start();
  if (!exit) {
    return failed("InternalServerError: the process that held the container was killed", true);
  }
  return conclude(*exit);
}

void Attempt::deliver(const ExitRecord& record) {
  Gate gate(spec_);
  until_available(orders_, [&] { gate.exit(record); });
}

// Leaves no process of the container alive.
void Attempt::end_container() {
  feeder_.end();
  if (const auto process = container_process()) container::send_signal(*process, SIGKILL);
  if (!container::Cgroup(cgroup_path_).kill_all()) {
    spdlog::error("processes of the container do not die");
  }
}

void Attempt::clean_up() {
  using std::chrono::milliseconds;
  end_container();
  // The shim's mounts vanish with it; it ends by itself when its container has.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (is_locked(folder_.shim_lock()) && std::chrono::steady_clock::now() < deadline) {
    end_container();
    std::this_thread::sleep_for(milliseconds(2));
  }
  container::Cgroup(cgroup_path_).remove();
  if (fs::exists(packages())) {
    const auto install = package_install({});
    end_installation(install);
    remove_tree(install.scratch);
  }
  remove_tree(folder_.work());
  image_.reset();
  if (spec_.image.registry) image_layer_cache(folder_).trim(spec_.layer_cache_bytes);
}

bool Attempt::container_started() const {
  return fs::exists(place_.started());
}

std::optional<container::ContainerExit> Attempt::container_exit() const {
  if (!fs::exists(folder_.container_exit())) return std::nullopt;
  return container::container_exit_from_json(
      json::parse(read_file(folder_.container_exit())).as_object());
}

std::optional<container::ContainerProcess> Attempt::container_process() const {
  if (!fs::exists(place_.process())) return std::nullopt;
  return container::container_process_from_json(
      json::parse(read_file(place_.process())).as_object());
}

}  // namespace sagebrush::agent
