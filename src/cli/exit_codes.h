#pragma once

namespace sagebrush::cli {

// What the shell sees. The codes from 250 on are the AWS CLI's. A failed job answers its
// container's exit code when that is known and 1 to 125, else kJobFailed.
inline constexpr int kSuccess = 0;
inline constexpr int kJobFailed = 1;
inline constexpr int kJobTimedOut = 124;    // MaxRuntimeExceeded, as timeout(1) has it
inline constexpr int kInterrupted = 130;    // Ctrl-C
inline constexpr int kJobStopped = 143;     // somebody stopped it, as a shell reports SIGTERM
inline constexpr int kUsage = 252;          // the command line is wrong
inline constexpr int kConfiguration = 253;  // no credentials, no server, unreadable configuration
inline constexpr int kServiceError = 254;   // the service answered an error
inline constexpr int kOtherError = 255;

}  // namespace sagebrush::cli
