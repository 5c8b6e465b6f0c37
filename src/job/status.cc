#include "job/status.h"

#include <array>
#include <utility>

#include "base/error.h"

namespace sagebrush::job {
namespace {

constexpr std::array kStatuses = {
    std::pair{Status::kInProgress, "InProgress"}, std::pair{Status::kStopping, "Stopping"},
    std::pair{Status::kCompleted, "Completed"},   std::pair{Status::kFailed, "Failed"},
    std::pair{Status::kStopped, "Stopped"},
};

constexpr std::array kSecondaryStatuses = {
    std::pair{SecondaryStatus::kStarting, "Starting"},
    std::pair{SecondaryStatus::kPending, "Pending"},
    std::pair{SecondaryStatus::kDownloading, "Downloading"},
    std::pair{SecondaryStatus::kTraining, "Training"},
    std::pair{SecondaryStatus::kUploading, "Uploading"},
    std::pair{SecondaryStatus::kStopping, "Stopping"},
    std::pair{SecondaryStatus::kRestarting, "Restarting"},
    std::pair{SecondaryStatus::kInterrupted, "Interrupted"},
    std::pair{SecondaryStatus::kCompleted, "Completed"},
    std::pair{SecondaryStatus::kFailed, "Failed"},
    std::pair{SecondaryStatus::kStopped, "Stopped"},
    std::pair{SecondaryStatus::kMaxRuntimeExceeded, "MaxRuntimeExceeded"},
    std::pair{SecondaryStatus::kMaxWaitTimeExceeded, "MaxWaitTimeExceeded"},
};

template <typename Table, typename Value>
std::string name_in(const Table& table, Value value) {
  for (const auto& [known, name] : table) {
    if (known == value) return name;
  }
  throw Error(ErrorKind::kInternal, "a status without a name");
}

template <typename Table>
auto value_in(const Table& table, const std::string& text) {
  for (const auto& [value, name] : table) {
    if (text == name) return value;
  }
  throw Error(ErrorKind::kInternal, "unknown status " + text);
}

}  // namespace

std::string to_string(Status status) {
  return name_in(kStatuses, status);
}
std::string to_string(SecondaryStatus status) {
  return name_in(kSecondaryStatuses, status);
}
Status status_from_string(const std::string& text) {
  return value_in(kStatuses, text);
}
SecondaryStatus secondary_status_from_string(const std::string& text) {
  return value_in(kSecondaryStatuses, text);
}

bool is_final(Status status) {
  return status == Status::kCompleted || status == Status::kFailed || status == Status::kStopped;
}

}  // namespace sagebrush::job
