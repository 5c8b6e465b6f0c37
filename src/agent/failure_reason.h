#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "container/launch.h"

namespace sagebrush::agent {

// SageMaker's FailureReason for a container that did not end with 0, 1,024 characters at most.
// failure_file: the content of /opt/ml/output/failure, "" when there is none. last_errors: its last
// lines on stderr.
std::string failure_reason(const container::ContainerExit& exit, const std::string& failure_file,
                           const std::vector<std::string>& last_errors,
                           std::uint64_t memory_limit_bytes, const std::string& program);

// The runtime's words for a start that failed, in Docker's: `exec: "train": executable file not
// found in $PATH`. The second is false when the machine, not the image or the request, is at fault.
std::pair<std::string, bool> start_failure(const std::string& runtime_words,
                                           const std::string& program);

// Whether the request, not the machine, is at fault: what it names is refused, absent or wrong.
bool is_users_fault(const Error& error);

// "SIGSEGV"; "signal 70" for one that has no name.
std::string signal_name(int signal);

// A shell tells the signal that ended its child as 128 and the signal's number: which, where it is
// one of a crash.
std::optional<int> crash_told_by(int exit_code);

// Cuts to 1,024 characters (not bytes).
std::string cut_reason(std::string text);

}  // namespace sagebrush::agent
