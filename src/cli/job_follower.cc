#include "cli/job_follower.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "cli/cloud.h"
#include "cli/duration_text.h"
#include "cli/exit_codes.h"
#include "cli/interrupt.h"
#include "cli/json_value.h"
#include "cli/terminal.h"
#include "cli/tone.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 1000ms;
constexpr auto kPatience = 60s;  // with a server that can't be reached

std::string clock_text(Time time) {
  return to_iso8601(time).substr(11, 8);  // 12:00:00 of 2026-01-31T12:00:00.123Z
}

}  // namespace

JobFollower::JobFollower(Cloud& cloud, Terminal& terminal, const Interrupt& interrupt,
                         std::string job_name)
    : cloud_(cloud),
      terminal_(terminal),
      interrupt_(interrupt),
      job_name_(job_name),
      reader_(cloud, std::move(job_name)),
      started_(std::chrono::steady_clock::now()) {}

json::object JobFollower::follow() {
  std::chrono::milliseconds pause = kFirstPause;
  auto last_answer = std::chrono::steady_clock::now();
  while (true) {
    bool ended = false;
    bool moved = false;
    try {
      const std::size_t transitions_before = transitions_seen_;
      ended = describe();
      moved = read_log() || transitions_seen_ != transitions_before;
      last_answer = std::chrono::steady_clock::now();
      show_status();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUnavailable) throw;
      if (std::chrono::steady_clock::now() - last_answer > kPatience) throw;
      terminal_.status(fmt::format("waiting for the server: {}", error.what()));
      ended = false;
    }
    if (ended) break;
    terminal_.flush();
    pause = moved ? kFirstPause : std::min<std::chrono::milliseconds>(pause * 5 / 4, kLongestPause);
    if (interrupt_.wait_for(pause)) throw Interrupted("interrupted");
  }
  terminal_.clear_status();
  terminal_.flush();
  return description_;
}

bool JobFollower::describe() {
  description_ = cloud_.sagemaker("DescribeTrainingJob", {{"TrainingJobName", job_name_}});
  print_transitions();
  return is_final_status(text_at(description_, "TrainingJobStatus"));
}

bool JobFollower::read_log() {
  return reader_.read_new([this](const LogEvent& event) { print_event(event); });
}

void JobFollower::print_transitions() {
  const json::array& transitions = array_at(description_, "SecondaryStatusTransitions");
  for (std::size_t i = transitions_seen_ == 0 ? 0 : transitions_seen_ - 1; i < transitions.size();
       ++i) {
    const json::object& transition = transitions[i].as_object();
    const std::string status = text_at(transition, "Status");
    const std::string message = text_at(transition, "StatusMessage");
    if (i < transitions_seen_ && message == last_message_) continue;
    last_message_ = message;
    if (!show_transitions_) continue;
    terminal_.message(
        fmt::format("{}  {}  {}", clock_text(time_at(transition, "StartTime").value_or(now())),
                    paint(status, tone_of_status(status), terminal_.err_look().colour), message));
  }
  transitions_seen_ = std::max(transitions_seen_, transitions.size());
}

void JobFollower::print_event(const LogEvent& event) {
  if (listener_) listener_(event.message);
  if (reader_.stream_count() > 1) {
    terminal_.out_line(fmt::format("{}| {}", event.host, event.message));
  } else {
    terminal_.out_line(event.message);
  }
}

void JobFollower::show_status() {
  const std::string status = text_at(description_, "SecondaryStatus");
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  terminal_.status(fmt::format("{} · {} · {}", status, duration_text(elapsed), last_message_));
}

bool is_final_status(const std::string& status) {
  return status == "Completed" || status == "Failed" || status == "Stopped";
}

int exit_code_of(const json::object& description) {
  const std::string status = text_at(description, "TrainingJobStatus");
  if (status == "Completed") return kSuccess;
  if (status == "Stopped") {
    const std::string secondary = text_at(description, "SecondaryStatus");
    return secondary == "MaxRuntimeExceeded" || secondary == "MaxWaitTimeExceeded" ? kJobTimedOut
                                                                                   : kJobStopped;
  }
  const std::string reason = text_at(description, "FailureReason");
  constexpr std::string_view kWords = "exit code: ";
  if (const std::size_t at = reason.rfind(kWords); at != std::string::npos) {
    std::string_view digits = std::string_view(reason).substr(at + kWords.size());
    digits = digits.substr(0, std::min(digits.find_first_not_of("0123456789"), digits.size()));
    const auto code = parse_unsigned(digits);
    if (code && *code >= 1 && *code <= 125) return static_cast<int>(*code);
  }
  return kJobFailed;
}

}  // namespace sagebrush::cli
