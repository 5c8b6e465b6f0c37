#include "agent/failure_reason.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <string.h>

#include "agent/log_shipper.h"
#include "base/text.h"

namespace sagebrush::agent {
namespace {

constexpr std::size_t kCharacters = 1024;

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

std::string without_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

// ", exit code: 3" must survive the cut: the text before it is cut instead.
std::string with_end(const std::string& text, const std::string& end) {
  std::string start = text;
  std::size_t characters = 0;
  const std::size_t room = kCharacters - end.size();
  for (std::size_t i = 0; i < start.size(); ++i) {
    if ((static_cast<unsigned char>(start[i]) & 0xC0) == 0x80) continue;
    if (characters++ == room) {
      start.resize(i);
      break;
    }
  }
  return start + end;
}

}  // namespace

bool is_users_fault(const Error& error) {
  return error.kind() == ErrorKind::kDenied || error.kind() == ErrorKind::kNotFound ||
         error.kind() == ErrorKind::kInvalid;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

std::optional<int> crash_told_by(int exit_code) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}) {
    if (exit_code == 128 + signal) return signal;
  }
  return std::nullopt;
}

std::string cut_reason(std::string text) {
  return with_end(to_valid_utf8(std::move(text)), "");
}

std::pair<std::string, bool> start_failure(const std::string& words, const std::string& program) {
  if (has(words, "the machine could not start the container")) return {words, false};
  if (has(words, "exec format error") || has(words, "Exec format error")) {
    return {fmt::format("exec {}: exec format error", program), true};
  }
  const bool path = program.find('/') != std::string::npos;
  if (has(words, "not found in $PATH") || (has(words, "No such file or directory") && !path)) {
    return {fmt::format("exec: \"{}\": executable file not found in $PATH", program), true};
  }
  if (has(words, program.c_str()) || has(words, "exec")) {
    if (has(words, "o such file or directory")) {
      return {fmt::format("exec: \"{}\": stat {}: no such file or directory", program, program),
              true};
    }
    if (has(words, "ermission denied")) {
      return {fmt::format("exec: \"{}\": permission denied", program), true};
    }
  }
  return {words, false};
}

std::string failure_reason(const container::ContainerExit& exit, const std::string& failure_file,
                           const std::vector<std::string>& last_errors,
                           std::uint64_t memory_limit_bytes, const std::string& program) {
  if (!exit.start_error.empty()) {
    const auto [words, users] = start_failure(exit.start_error, program);
    return cut_reason((users ? "AlgorithmError: " : "InternalServerError: ") + words);
  }
  // bubblewrap starts the program after its sandbox, and tells a failure as the program's own.
  if (last_errors.size() == 1 && last_errors[0].starts_with("bwrap: execvp " + program + ":")) {
    return cut_reason("AlgorithmError: " + start_failure(last_errors[0], program).first);
  }
  const int code = exit.exit_code.value_or(0);
  const std::string end = fmt::format(", exit code: {}", code);
  if (exit.out_of_memory) {
    return with_end(
        fmt::format("AlgorithmError: OutOfMemory: the container used {} of its limit of "
                    "{} and the kernel killed it",
                    human_bytes(exit.peak_memory_bytes), human_bytes(memory_limit_bytes)),
        end);
  }
  if (const auto text = without_end(to_valid_utf8(failure_file)); !text.empty()) {
    return with_end("AlgorithmError: " + text, end);
  }
  const char* const kind = exit.killed_from_outside ? "InternalServerError: " : "AlgorithmError: ";
  const auto crash = crash_told_by(code);
  std::string text =
      exit.signal ? fmt::format("{}killed by {}{}, exit code: {}", kind, signal_name(*exit.signal),
                                exit.killed_from_outside ? " from outside" : "", code)
                  : fmt::format("{}exit code: {}", kind, code);
  if (!exit.signal && crash) text += fmt::format(" ({})", signal_name(*crash));
  if (!last_errors.empty()) text += fmt::format("\n{}", fmt::join(last_errors, "\n"));
  return cut_reason(text);
}

}  // namespace sagebrush::agent
