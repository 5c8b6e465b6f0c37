#pragma once

#include <string_view>

namespace sagebrush::store {

// Logs and ends the process at once (exit status 74, EX_IOERR). For a failed fsync: Linux marks the
// pages clean, so that a second try would succeed without the bytes being on disk. What is durable
// is found again at the next start.
[[noreturn]] void fail_stop(std::string_view what);

}  // namespace sagebrush::store
