// The part of an attempt after its container: the verdict and what is uploaded.
#include <spdlog/spdlog.h>

#include <deque>

#include "agent/attempt.h"
#include "agent/failure_reason.h"
#include "agent/log_shipper.h"
#include "agent/log_verdict.h"
#include "agent/script_failure.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "container/beneath.h"
#include "container/frame_log.h"

namespace sagebrush::agent {
namespace {

using namespace agent_protocol;

constexpr std::size_t kErrorLines = 20;
constexpr const char* kNothingToRun =
    ": the host image has no program of its own. Name a script in hyperparameter "
    "sagemaker_program, "
    "or a program in AlgorithmSpecification.ContainerEntrypoint";

// The contract's `train`, which a machine does not have, and no script in its place.
bool names_nothing_to_run(const Image& image) {
  return image.kind == ImageKind::kHost && image.entrypoint.empty() &&
         image.arguments == std::vector<std::string>{"train"};
}

void fail_to_store(ExitRecord& record, const std::string& what, const Error& error) {
  const bool users = is_users_fault(error);
  record.outcome = Outcome::kFailed;
  record.infrastructure = !users;
  record.failure_reason =
      cut_reason((users ? "ClientError: " : "InternalServerError: ") + what + ": " + error.what());
}

}  // namespace

ExitRecord Attempt::failed(const std::string& reason, bool infrastructure) const {
  ExitRecord record;
  record.failure_reason = cut_reason(reason);
  record.infrastructure = infrastructure;
  record.ended = now();
  return record;
}

ExitRecord Attempt::stopped_before_start() const {
  ExitRecord record;
  record.outcome = Outcome::kStopped;
  record.stop = orders_.now().stop;
  record.ended = now();
  return record;
}

// The last lines on stderr, for a failure without a reason of its own.
std::vector<std::string> Attempt::last_errors() const {
  std::deque<std::string> lines;
  container::FrameReader reader(folder_.output_log());
  reader.read([&](container::Frame frame) {
    if (frame.stream != container::Stream::kStderr || trim(frame.text).empty()) return true;
    lines.push_back(to_valid_utf8(std::move(frame.text)));
    if (lines.size() > kErrorLines) lines.pop_front();
    return true;
  });
  return {lines.begin(), lines.end()};
}

ExitRecord Attempt::conclude(const container::ContainerExit& exit) {
  ExitRecord record;
  record.exit_code = exit.exit_code;
  record.signal = exit.signal;
  record.out_of_memory = exit.out_of_memory;
  record.peak_memory_bytes = exit.peak_memory_bytes;
  record.training_started = exit.started;
  if (exit.started) record.training_ended = exit.ended;
  record.stop = stop_sent();
  if (record.stop) {
    record.outcome = Outcome::kStopped;
  } else if (const auto feed = feeder_.failure(); exit.start_error.empty() && feed) {
    record.infrastructure = feed->infrastructure;
    record.failure_reason = cut_reason(feed->reason);
  } else if (exit.start_error.empty() && exit.exit_code == 0) {
    record.outcome = Outcome::kCompleted;
  } else {
    const std::string program = spec_.image.entrypoint.empty() ? spec_.image.arguments.front()
                                                               : spec_.image.entrypoint.front();
    record.infrastructure =
        !exit.start_error.empty() && !start_failure(exit.start_error, program).second;
    const std::string script =
        std::filesystem::exists(script_line()) ? read_file(script_line()) : "";
    std::string file = container::read_beneath(place_.ml(), "output/failure", 16 * 1024);
    if (exit.killed_from_outside && trim(file).empty()) record.infrastructure = true;
    if (trim(file).empty() && !script.empty() && !record.infrastructure)
      file = script_failure(exit, script, last_errors());
    record.failure_reason =
        failure_reason(exit, file, last_errors(), spec_.limits.memory_bytes, program);
    if (!exit.start_error.empty() && names_nothing_to_run(spec_.image)) {
      record.failure_reason = cut_reason(record.failure_reason + kNothingToRun);
    }
    if (const auto* rule = find_log_rule(spec_.log_rules, folder_.output_log()))
      apply(*rule, record);
  }
  const auto miss_checkpoints = [&] {
    if (!unstored_checkpoints_ || record.outcome == Outcome::kFailed) return;
    fail_to_store(record, "Checkpoints not stored", *unstored_checkpoints_);
  };
  // The machine's fault is one for another attempt, from the checkpoints that there are.
  if (unstored_checkpoints_ && !is_users_fault(*unstored_checkpoints_)) miss_checkpoints();
  // The others' files are gathered by the first host, which answers for the artifact.
  // What an interrupted attempt made is in its checkpoints.
  if (spec_.gathers() && exit.started && record.stop != StopCause::kInterrupted) {
    const bool peers_failed = await_peers(record) == Peers::kFailed;
    stage_out(record, exit.exit_code == 0, peers_failed);
  }
  miss_checkpoints();  // a name that can't be a key, say; the model is none the worse for it
  record.ended = now();
  return record;
}

void Attempt::stage_out(ExitRecord& record, bool model_always, bool peers_failed) {
  heartbeat_->enter(Phase::kUploading, "Uploading generated training model");
  ObjectCalls objects(spec_, orders_);
  const bool ended_well = record.outcome != Outcome::kFailed && !peers_failed;
  const MlFolders ml = ml_folders();
  try {
    const bool model = ended_well && (model_always || !is_empty(ml, "model"));
    if (model) record.artifact = upload_model(spec_, ml, place_.root, objects);
    upload_output(spec_, ml, place_.root, objects);
  } catch (const Error& error) {
    spdlog::error("upload failed: {}", error.what());
    if (!ended_well) return;  // the algorithm's own failure is the better reason
    record.artifact.clear();
    fail_to_store(record, "Artifact upload failed", error);
  }
}

}  // namespace sagebrush::agent
