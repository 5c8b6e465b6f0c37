#pragma once

#include <chrono>
#include <string>

#include "job/training_job.h"

// Every change that a training job can undergo: pure functions on plain data. Times never run
// backwards in a job's history: a time before the last one recorded is taken as the last one. Each
// throws Error{kConflict} when the job's state does not allow it.
namespace sagebrush::job {

// What SageMaker's clients print beside the status.
inline constexpr const char* kStartingMessage = "Starting the training job";
inline constexpr const char* kPreparingMessage = "Preparing the instances for training";
inline constexpr const char* kDownloadingMessage = "Downloading input data";
inline constexpr const char* kImageMessage = "Downloading the training image";
inline constexpr const char* kTrainingMessage =
    "Training image download completed. Training in progress.";
inline constexpr const char* kUploadingMessage = "Uploading generated training model";
inline constexpr const char* kCompletedMessage = "Training job completed";
inline constexpr const char* kStoppingMessage = "Stopping the training job";
inline constexpr const char* kStoppedMessage = "Training job stopped";
inline constexpr const char* kMaxRuntimeMessage =
    "Training job runtime exceeded MaxRuntimeInSeconds provided";
inline constexpr const char* kMaxWaitMessage =
    "Training job exceeded MaxWaitTimeInSeconds provided";
inline constexpr const char* kMaxPendingMessage =
    "Training job exceeded MaxPendingTimeInSeconds provided";
inline constexpr const char* kInterruptedMessage = "Training job interrupted";
inline constexpr const char* kRestartingMessage = "Restarting the training job";

// The first transition: Starting.
void begin(TrainingJob& job, Time now);

// The last transition's message of a job that waits: how its last attempt ended, if one did, and
// what it waits for.
std::string waiting_message(const TrainingJob& job, const std::string& waiting_for);

// Says why the job waits, in the message of its last transition. No-op when it says so already.
void explain_wait(TrainingJob& job, const std::string& message, Time now);

// Grants the lease: attempt.number is set here.
void grant(TrainingJob& job, Attempt attempt, const std::string& message, Time now);

// The agent of that host entered a phase; the job is where the last of its hosts is. From kImage to
// kTraining the status stays and its message changes, as SageMaker does it. Repeating the
// present phase, or an earlier one after the agent was started again, changes nothing. Throws
// kConflict for a host that the attempt does not have.
void enter(TrainingJob& job, const std::string& host, agent_protocol::Phase phase, Time at);

// Orders a stop. A job that no agent has yet is Stopped at once. Throws kConflict when the job is
// final; no-op when ordered already.
void order_stop(TrainingJob& job, StopCause cause, std::chrono::seconds grace, Time now);

// A spot job makes room: its attempt is to end, no later than `grace` from now, and to begin again
// from its checkpoints. No-op for an attempt that is ending already.
void interrupt(TrainingJob& job, const std::string& why, std::chrono::seconds grace, Time now);

// A host failed: its peers are to end, no later than `grace` from now. No-op when they, or the job,
// are ordered to already, and for a host without peers.
void stop_peers(TrainingJob& job, std::chrono::seconds grace, Time now);

// One host ended; the attempt has when all have. Peers of one that failed are stopped; one of
// several that failed once the job was told to stop was stopped too, unless the machine was at
// fault. A second record of the same host changes nothing.
void end_host(TrainingJob& job, const std::string& host, const agent_protocol::ExitRecord& record,
              std::chrono::seconds peer_grace, Time now);

// How an attempt ended of which all hosts have: as the first host that failed, whose name goes
// before the reason where there are several; else stopped if any was; else completed. The artifact
// is that of the first host, which uploads for all.
agent_protocol::ExitRecord verdict(const Attempt& attempt);

// The attempt ended. When it was interrupted the job waits again (Interrupted), and so it does when
// the machine was at fault and attempts are left (Restarting); else it is final.
void finish(TrainingJob& job, const agent_protocol::ExitRecord& record, Time now);

// Seconds of all attempts from the start of staging to the end, 0 when none came so far; the
// present time stands in for the end.
std::int64_t training_seconds(const TrainingJob& job, Time now);

}  // namespace sagebrush::job
