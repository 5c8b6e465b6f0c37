#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace sagebrush {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid: return "invalid";
    case ErrorKind::kNotFound: return "not found";
    case ErrorKind::kAlreadyExists: return "already exists";
    case ErrorKind::kConflict: return "conflict";
    case ErrorKind::kDenied: return "denied";
    case ErrorKind::kLimitExceeded: return "limit exceeded";
    case ErrorKind::kUnavailable: return "unavailable";
    case ErrorKind::kUnsupported: return "unsupported";
    case ErrorKind::kIo: return "i/o";
    case ErrorKind::kInternal: return "internal";
  }
  return "unknown";
}

void throw_errno(std::string_view what) {
  const int code = errno;
  ErrorKind kind = ErrorKind::kIo;
  if (code == ENOSPC || code == EDQUOT) kind = ErrorKind::kLimitExceeded;
  throw Error(kind, std::string(what) + ": " + std::generic_category().message(code));
}

}  // namespace sagebrush
