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
inline constexpr const char* kTrainingMessage =
    "Training image download completed. Training in progress.";
inline constexpr const char* kUploadingMessage = "Uploading generated training model";
inline constexpr const char* kCompletedMessage = "Training job completed";
inline constexpr const char* kStoppingMessage = "Stopping the training job";
inline constexpr const char* kStoppedMessage = "Training job stopped";
inline constexpr const char* kMaxRuntimeMessage =
    "Training job runtime exceeded MaxRuntimeInSeconds provided";
inline constexpr const char* kRestartingMessage = "Restarting the training job";

// The first transition: Starting.
void begin(TrainingJob& job, Time now);

// Says why the job waits, in the message of its last transition. No-op when it says so already.
void explain_wait(TrainingJob& job, const std::string& message, Time now);

// Grants the lease: attempt.number is set here.
void grant(TrainingJob& job, Attempt attempt, const std::string& message, Time now);

// The agent entered a phase. Repeating the present phase, or an earlier one after the agent was
// started again, changes nothing.
void enter(TrainingJob& job, agent_protocol::Phase phase, Time at);

// Orders a stop. A job that no agent has yet is Stopped at once. Throws kConflict when the job is
// final; no-op when ordered already.
void order_stop(TrainingJob& job, StopCause cause, std::chrono::seconds grace, Time now);

// The attempt ended. When the machine was at fault and attempts are left, the job waits again
// (Restarting); else it is final.
void finish(TrainingJob& job, const agent_protocol::ExitRecord& record, Time now);

// Seconds from training start to end, 0 when it never started; the present time stands in for the
// end.
std::int64_t training_seconds(const TrainingJob& job, Time now);

}  // namespace sagebrush::job
