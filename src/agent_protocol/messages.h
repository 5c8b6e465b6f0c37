#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent_protocol/inputs.h"
#include "base/time.h"

namespace sagebrush::agent_protocol {

// SageMaker's words for what an attempt is doing; in this order. kImage: the inputs are here, the
// training image not yet; SageMaker counts that as Training.
enum class Phase { kStarting, kDownloading, kImage, kTraining, kUploading };
std::string to_string(Phase phase);  // "Starting", …
Phase phase_from_string(const std::string& text);

struct Report {
  std::optional<Phase> entered;  // absent in a heartbeat
  Time at;
  std::string message;  // the transition's StatusMessage
  std::string runtime;  // "crun 1.8.1"; in the first report
  // Why this host's container ended badly, told before the exit record by a host that has yet to
  // wait for others; "" otherwise.
  std::string failed;
  std::optional<Time> checkpointed = {};  // when all of the checkpoint folder was last stored
};

// kPeerFailed: another host of the attempt did. kInterrupted: a spot job has to make room, and goes
// on later from its checkpoints.
enum class StopCause { kRequested, kMaxRuntime, kMaxWait, kMaxPending, kPeerFailed, kInterrupted };
std::string to_string(StopCause cause);  // "Requested", …
StopCause stop_cause_from_string(const std::string& text);

// The attempt's other hosts. kEnded: all have sent their exit records. kFailed: so they have, and
// the attempt has failed.
enum class Peers { kRunning, kEnded, kFailed };

struct ReportAnswer {
  std::optional<StopCause> stop;  // SIGTERM the container now (once)
  std::optional<Time>
      kill_at;  // SIGKILL then; stored by the server, so that it outlives every restart
  Peers peers = Peers::kEnded;
};

enum class Outcome { kCompleted, kFailed, kStopped };
std::string to_string(Outcome outcome);

// How an attempt ended on one host. exit.json holds exactly this; it is the truth about the
// attempt.
struct ExitRecord {
  Outcome outcome = Outcome::kFailed;
  std::string failure_reason;    // 1,024 characters at most; "" unless kFailed
  bool infrastructure = false;   // the machine's fault and not the algorithm's: may be tried again
  std::optional<int> exit_code;  // the container's, if it ran
  std::optional<int> signal;
  bool out_of_memory = false;
  std::uint64_t peak_memory_bytes = 0;
  std::optional<StopCause> stop;  // set when it ended because it was told to
  std::string artifact;           // s3://…/model.tar.gz; "" when there is none
  std::optional<Time> training_started;
  std::optional<Time> training_ended;  // the container's exit
  Time ended;
};

boost::json::object to_json(const Report& report);
boost::json::object to_json(const ReportAnswer& answer);
boost::json::object to_json(const ExitRecord& record);
// Each throws Error{kInvalid} that names the member.
Report report_from_json(const boost::json::object& object);
ReportAnswer report_answer_from_json(const boost::json::object& object);
ExitRecord exit_record_from_json(const boost::json::object& object);

}  // namespace sagebrush::agent_protocol
