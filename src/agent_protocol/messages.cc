#include "agent_protocol/messages.h"

#include "agent_protocol/json_reader.h"

namespace sagebrush::agent_protocol {
namespace {

namespace json = boost::json;

Peers peers_from(const std::string& text) {
  if (text == "running") return Peers::kRunning;
  if (text == "ended") return Peers::kEnded;
  if (text == "failed") return Peers::kFailed;
  throw Error(ErrorKind::kInvalid, "member peers must be running, ended or failed, not " + text);
}

const char* name_of(Peers peers) {
  switch (peers) {
    case Peers::kRunning: return "running";
    case Peers::kEnded: return "ended";
    case Peers::kFailed: return "failed";
  }
  return "running";
}

Outcome outcome_from(const std::string& text) {
  if (text == "Completed") return Outcome::kCompleted;
  if (text == "Failed") return Outcome::kFailed;
  if (text == "Stopped") return Outcome::kStopped;
  throw Error(ErrorKind::kInvalid,
              "member outcome must be Completed, Failed or Stopped, not " + text);
}

}  // namespace

std::string to_string(Phase phase) {
  switch (phase) {
    case Phase::kStarting: return "Starting";
    case Phase::kDownloading: return "Downloading";
    case Phase::kImage: return "Image";
    case Phase::kTraining: return "Training";
    case Phase::kUploading: return "Uploading";
  }
  return "Starting";
}

Phase phase_from_string(const std::string& text) {
  for (const Phase phase : {Phase::kStarting, Phase::kDownloading, Phase::kImage, Phase::kTraining,
                            Phase::kUploading}) {
    if (to_string(phase) == text) return phase;
  }
  throw Error(
      ErrorKind::kInvalid,
      "member phase must be Starting, Downloading, Image, Training or Uploading, not " + text);
}

std::string to_string(StopCause cause) {
  switch (cause) {
    case StopCause::kRequested: return "Requested";
    case StopCause::kMaxRuntime: return "MaxRuntime";
    case StopCause::kMaxWait: return "MaxWait";
    case StopCause::kMaxPending: return "MaxPending";
    case StopCause::kPeerFailed: return "PeerFailed";
    case StopCause::kInterrupted: return "Interrupted";
  }
  return "Requested";
}

StopCause stop_cause_from_string(const std::string& text) {
  for (const StopCause cause :
       {StopCause::kRequested, StopCause::kMaxRuntime, StopCause::kMaxWait, StopCause::kMaxPending,
        StopCause::kPeerFailed, StopCause::kInterrupted}) {
    if (to_string(cause) == text) return cause;
  }
  throw Error(ErrorKind::kInvalid, "member stop is " + text + ", which is no cause of a stop");
}

std::string to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCompleted: return "Completed";
    case Outcome::kFailed: return "Failed";
    case Outcome::kStopped: return "Stopped";
  }
  return "Failed";
}

json::object to_json(const Report& report) {
  json::object out{
      {"at_ms", to_ms(report.at)}, {"message", report.message}, {"runtime", report.runtime}};
  if (report.entered) out["phase"] = to_string(*report.entered);
  if (!report.failed.empty()) out["failed"] = report.failed;
  if (report.checkpointed) out["checkpointed_ms"] = to_ms(*report.checkpointed);
  return out;
}

Report report_from_json(const json::object& object) {
  const JsonReader in(object);
  Report report;
  if (in.has("phase")) report.entered = phase_from_string(in.text("phase"));
  report.at = in.time("at_ms");
  report.message = in.text_or("message", "");
  report.runtime = in.text_or("runtime", "");
  report.failed = in.text_or("failed", "");
  report.checkpointed = in.time_if("checkpointed_ms");
  return report;
}

json::object to_json(const ReportAnswer& answer) {
  json::object out;
  if (answer.stop) out["stop"] = to_string(*answer.stop);
  if (answer.kill_at) out["kill_at_ms"] = to_ms(*answer.kill_at);
  if (answer.peers != Peers::kEnded) out["peers"] = name_of(answer.peers);
  return out;
}

ReportAnswer report_answer_from_json(const json::object& object) {
  const JsonReader in(object);
  ReportAnswer answer;
  if (in.has("stop")) answer.stop = stop_cause_from_string(in.text("stop"));
  answer.kill_at = in.time_if("kill_at_ms");
  answer.peers = peers_from(in.text_or("peers", name_of(Peers::kEnded)));
  return answer;
}

json::object to_json(const ExitRecord& record) {
  json::object out{{"outcome", to_string(record.outcome)},
                   {"failure_reason", record.failure_reason},
                   {"infrastructure", record.infrastructure},
                   {"out_of_memory", record.out_of_memory},
                   {"peak_memory_bytes", static_cast<std::int64_t>(record.peak_memory_bytes)},
                   {"artifact", record.artifact},
                   {"ended_ms", to_ms(record.ended)}};
  if (record.exit_code) out["exit_code"] = *record.exit_code;
  if (record.signal) out["signal"] = *record.signal;
  if (record.stop) out["stop"] = to_string(*record.stop);
  if (record.training_started) out["training_started_ms"] = to_ms(*record.training_started);
  if (record.training_ended) out["training_ended_ms"] = to_ms(*record.training_ended);
  return out;
}

ExitRecord exit_record_from_json(const json::object& object) {
  const JsonReader in(object);
  ExitRecord record;
  record.outcome = outcome_from(in.text("outcome"));
  record.failure_reason = in.text("failure_reason");
  record.infrastructure = in.boolean("infrastructure");
  if (const auto code = in.integer_if("exit_code")) record.exit_code = static_cast<int>(*code);
  if (const auto signal = in.integer_if("signal")) record.signal = static_cast<int>(*signal);
  record.out_of_memory = in.boolean("out_of_memory");
  record.peak_memory_bytes = in.size("peak_memory_bytes");
  if (in.has("stop")) record.stop = stop_cause_from_string(in.text("stop"));
  record.artifact = in.text("artifact");
  record.training_started = in.time_if("training_started_ms");
  record.training_ended = in.time_if("training_ended_ms");
  record.ended = in.time("ended_ms");
  return record;
}

}  // namespace sagebrush::agent_protocol
