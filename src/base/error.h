#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sagebrush {

// What went wrong, as far as a caller may want to act on it. The service edge maps a kind to an AWS
// error code.
enum class ErrorKind {
  kInvalid,  // the caller's input is wrong; the message names field, value and what would be right
  kNotFound,
  kAlreadyExists,
  kConflict,  // the thing's present state does not allow it
  kDenied,
  kLimitExceeded,
  kUnavailable,  // may succeed later: a peer is down, a deadline passed
  kUnsupported,
  kIo,        // disk or socket; message carries errno's text
  kInternal,  // a broken invariant of ours
};

std::string_view to_string(ErrorKind kind);

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// Throws Error{kIo} (kLimitExceeded for ENOSPC and EDQUOT) with `what` and errno's text. Never
// kNotFound: a file that is not there is our affair, and kNotFound tells a client that a thing of
// its own is not.
[[noreturn]] void throw_errno(std::string_view what);

}  // namespace sagebrush
