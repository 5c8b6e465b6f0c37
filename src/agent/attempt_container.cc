// The part of an attempt while its container runs.
#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "agent/attempt.h"
#include "agent/checkpoint_sync.h"
#include "agent/folder_watch.h"
#include "agent/spawn_role.h"
#include "agent/stop_signal.h"
#include "agent/usage_sampler.h"
#include "base/error.h"
#include "base/file.h"
#include "container/disk_reserve.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
using namespace agent_protocol;

constexpr int kLogTries = 3;

}  // namespace

// The shim is loaded while the inputs come, and waits on its standard input for the word to go on.
void Attempt::spawn_shim() {
  Pipe word = make_pipe();
  spawn_role("shim", folder_, word.read);
  shim_word_ = std::move(word.write);
}

namespace {

std::optional<ObjectName> checkpoint_prefix(const Spec& spec) {
  const auto* config = spec.request.if_contains("CheckpointConfig");
  const auto* object = config ? config->if_object() : nullptr;
  const auto* uri = object ? object->if_contains("S3Uri") : nullptr;
  if (!uri || !uri->is_string()) return std::nullopt;
  return parse_s3_uri(std::string(uri->get_string()));
}

}  // namespace

std::optional<container::ContainerExit> Attempt::run_container() {
  const bool attached = container_started() || container_exit();
  // Looked at before the container can write there.
  const auto prefix = checkpoint_prefix(spec_);
  if (prefix && !attached) {
    write_stored(stored_checkpoints(), look_at(checkpoint_root_, checkpoint_below_));
  }
  if (!attached) {
    heartbeat_->enter(Phase::kTraining, "Training image download completed. Training in progress.");
  }
  if (image_) image_->settle();
  logs_.emplace(spec_, folder_.output_log(), orders_);
  UsageSampler usage(spec_, place_, cgroup_path_);
  std::optional<CheckpointSync> checkpoints;
  if (prefix) {
    checkpoints.emplace(spec_, orders_, checkpoint_root_, checkpoint_below_, *prefix,
                        stored_checkpoints(), [this] { heartbeat_->checkpointed(); });
  }
  const auto exit = supervise();
  usage.finish();
  if (exit) make_room(exit->exit_code == 0 || stop_sent());
  if (checkpoints) {
    try {
      checkpoints->finish();
    } catch (const Error& error) {
      spdlog::error("checkpoints not stored: {}", error.what());
      unstored_checkpoints_ = error;
    }
  }
  orders_.check();
  return exit;
}

// The container has ended. What only it needed goes when the disk is full, and the model of one
// that failed: without that neither its last lines nor its end could be stored.
void Attempt::make_room(bool model_wanted) {
  if (!container::short_of_room(folder_.root)) return;
  spdlog::warn("the disk is full: removing what the ended container alone needed");
  remove_tree(place_.layers());
  if (!model_wanted) remove_tree(place_.ml() / "model");
}

// Returns when every line is with the server. Lines of a container that ended under another agent
// too.
void Attempt::finish_logs() {
  if (!logs_ && fs::exists(folder_.output_log())) {
    logs_.emplace(spec_, folder_.output_log(), orders_);
  }
  for (int tries = 1; logs_; ++tries) {
    try {
      logs_->finish();
      break;
    } catch (const Error& error) {
      if (tries == kLogTries) {
        spdlog::error("the log is not whole: {}", error.what());
        break;
      }
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
    logs_.emplace(spec_, folder_.output_log(), orders_);
  }
  orders_.check();
}

void Attempt::release_shim() {
  // A shim that is gone is seen where its end is waited for.
  if (::write(shim_word_.fd(), "!", 1) != 1 && errno != EPIPE) throw_errno("release the shim");
}

// Returns how the container ended; nullopt when it did not run, or nobody can say how it ended.
std::optional<container::ContainerExit> Attempt::supervise() {
  FolderWatch watch(folder_.root);
  bool spawned = false;
  bool reaped = false;
  for (;;) {
    orders_.clear();
    orders_.check();
    // In this order: the shim takes the lock before it marks the start, and writes the exit record
    // before it lets the lock go. So one that has started, holds no lock and left no record was
    // killed.
    const bool started = container_started();
    const bool held = is_locked(folder_.shim_lock());
    if (auto exit = container_exit()) return exit;
    if (!held && started) return std::nullopt;
    if (!held && !spawned) {
      if (orders_.now().stop) return std::nullopt;
      feeder_.start();
      if (!shim_word_) spawn_shim();
      release_shim();
      spawned = true;
    }
    if (!held && spawned && !reaped) {
      reaped = ::waitpid(-1, nullptr, WNOHANG) > 0;
    } else if (reaped && !held) {
      throw Error(ErrorKind::kInternal, "the process that starts the container ended at once");
    }
    stop_as_ordered();
    if (started && feeder_.failure()) kill_container();
    const bool pending = orders_.now().stop && !stop_sent();
    watch.wait(orders_.descriptor(), held && !pending ? 200 : 20);
  }
}

// What it reads is not what it should be.
void Attempt::kill_container() {
  if (const auto process = container_process()) container::send_signal(*process, SIGKILL);
}

void Attempt::stop_as_ordered() {
  const ReportAnswer order = orders_.now();
  if (!order.stop) return;
  const auto process = container_process();
  if (!process) return;
  if (!stop_sent()) {
    const int signal = stop_signal(spec_);
    if (!container::send_signal(*process, signal)) return;
    spdlog::info("signal {} sent", signal);
    note_stop(*order.stop);
  }
  if (order.kill_at && now() >= *order.kill_at) container::send_signal(*process, SIGKILL);
}

// A full disk is no reason to take the grace from a container.
void Attempt::note_stop(StopCause cause) {
  stop_sent_ = cause;
  for (bool last : {false, true}) {
    try {
      write_file_atomically(folder_.root / "stop-sent", to_string(cause));
      return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kLimitExceeded) throw;
      if (last) spdlog::warn("another agent would not know of the stop: {}", error.what());
    }
    container::DiskReserve(folder_.reserve()).release();
  }
}

std::optional<StopCause> Attempt::stop_sent() const {
  if (stop_sent_) return stop_sent_;
  const fs::path file = folder_.root / "stop-sent";
  if (!fs::exists(file)) return std::nullopt;
  return stop_cause_from_string(read_file(file));
}

}  // namespace sagebrush::agent
