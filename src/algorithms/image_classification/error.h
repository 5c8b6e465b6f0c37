#pragma once

#include <stdexcept>
#include <string>

namespace sagebrush::vision {

// Says who can mend it: the user (data, hyperparameters) or the owner of the machine (disk,
// memory).
enum class ErrorKind { kUser, kSystem };

// An end of the run with a message for /opt/ml/output/failure: it names the field or file, what was
// found and what would be right. Caught in main only, and where a damaged checkpoint is passed over
// for an older one.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

[[noreturn]] inline void user_error(const std::string& message) {
  throw Error(ErrorKind::kUser, message);
}

// Throws Error{kSystem} with `what` and errno's text.
[[noreturn]] void system_error(const std::string& what);

}  // namespace sagebrush::vision
