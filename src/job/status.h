#pragma once

#include <string>

namespace sagebrush::job {

// SageMaker's own words (TrainingJobStatus).
enum class Status { kInProgress, kStopping, kCompleted, kFailed, kStopped };

// SageMaker's own words (SecondaryStatus), as far as jobs here take them.
//
//   Starting → Downloading → Training → Uploading → Completed | Failed
//      │  ▲        │            │           │
//      │  └── Restarting ◄──────┴───────────┘  the machine failed, tries are left
//      ├────────► Stopping → Uploading → Stopped | MaxRuntimeExceeded | MaxWaitTimeExceeded
//      └────────► Interrupted → Starting  a spot job made room
//
// Any state before the last column may also end in Failed. The last column is final.
enum class SecondaryStatus {
  kStarting,
  kPending,
  kDownloading,
  kTraining,
  kUploading,
  kStopping,
  kRestarting,
  kInterrupted,
  kCompleted,
  kFailed,
  kStopped,
  kMaxRuntimeExceeded,
  kMaxWaitTimeExceeded,
};

std::string to_string(Status status);
std::string to_string(SecondaryStatus status);
// Throw Error{kInternal}: only our own records are read with these.
Status status_from_string(const std::string& text);
SecondaryStatus secondary_status_from_string(const std::string& text);

bool is_final(Status status);

}  // namespace sagebrush::job
