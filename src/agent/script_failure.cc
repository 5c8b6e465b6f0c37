#include "agent/script_failure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "agent/failure_reason.h"
#include "agent/mpi_launcher.h"

namespace sagebrush::agent {
namespace {

// Of the 1,024 that FailureReason takes; the rest is for the command.
constexpr std::size_t kMessageBytes = 600;
constexpr std::size_t kCommandBytes = 300;

std::string end_of(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t at = text.size() - bytes;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  return "…" + text.substr(at);
}

std::string start_of(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes) + "…";
}

// The toolkit has this for SIGKILL alone.
std::string extra_info(const container::ContainerExit& exit) {
  const auto told = crash_told_by(exit.exit_code.value_or(1));
  if (!exit.signal && !told) return "";
  const int signal = exit.signal ? *exit.signal : *told;
  return fmt::format("\nExtraInfo \"{} killed by {} (signal {})\"",
                     exit.signal ? "Process" : "A process of it was", signal_name(signal), signal);
}

}  // namespace

std::vector<std::string> exception_lines(const std::vector<std::string>& given) {
  std::vector<std::string> lines;
  for (const auto& line : given) lines.push_back(without_mpi_tag(line));
  // The frames of a traceback are indented; what follows the last of them is the exception.
  const auto start = std::find_if(lines.rbegin(), lines.rend(), [](const std::string& line) {
    return line.starts_with("Traceback (most recent call last)") || line.starts_with("  File \"");
  });
  if (start == lines.rend()) return lines;
  const auto first = std::find_if(start.base(), lines.end(),
                                  [](const std::string& line) { return !line.starts_with("  "); });
  return first == lines.end() ? lines : std::vector<std::string>(first, lines.end());
}

std::string script_failure(const container::ContainerExit& exit, const std::string& line,
                           const std::vector<std::string>& last_errors) {
  const int code = exit.exit_code.value_or(1);
  const std::string message = fmt::format("{}", fmt::join(exception_lines(last_errors), "\n"));
  return fmt::format("ExecuteUserScriptError:\nExitCode {}\nErrorMessage \"{}\"{}\nCommand \"{}\"",
                     code, end_of(message, kMessageBytes), extra_info(exit),
                     start_of(line, kCommandBytes));
}

}  // namespace sagebrush::agent
