#include "cli/job_follower.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/cloud.h"
#include "cli/duration_text.h"
#include "cli/exit_codes.h"
#include "cli/interrupt.h"
#include "cli/job_metrics.h"
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

// "12:00:00" where the user is.
std::string clock_text(Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
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
    // A line may be there before the change that preceded it, and the other way round: what is new
    // waits for the next look, which brings what came before it.
    const Time settled = news_.empty() ? Time::min() : news_.rbegin()->first.first;
    try {
      ended = describe();
      // After the description: what was written before the job ended is there then.
      reader_.read_new([this](const LogEvent& event) { add_event(event); });
      moved = !news_.empty();
      print_news(ended || !show_transitions_ ? Time::max() : settled);
      last_answer = std::chrono::steady_clock::now();
      show_status();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUnavailable ||
          std::chrono::steady_clock::now() - last_answer > kPatience) {
        print_news(Time::max());
        throw;
      }
      terminal_.status(fmt::format("waiting for the server: {}", error.what()));
      ended = false;
    }
    if (ended) break;
    terminal_.flush();
    pause = moved ? kFirstPause : std::min<std::chrono::milliseconds>(pause * 5 / 4, kLongestPause);
    if (interrupt_.wait_for(pause)) {
      print_news(Time::max());
      throw Interrupted("interrupted");
    }
  }
  terminal_.clear_status();
  terminal_.flush();
  return description_;
}

bool JobFollower::describe() {
  description_ = cloud_.sagemaker("DescribeTrainingJob", {{"TrainingJobName", job_name_}});
  add_transitions();
  return is_final_status(text_at(description_, "TrainingJobStatus"));
}

void JobFollower::add_transitions() {
  const json::array& transitions = array_at(description_, "SecondaryStatusTransitions");
  for (std::size_t i = transitions_seen_ == 0 ? 0 : transitions_seen_ - 1; i < transitions.size();
       ++i) {
    const json::object& transition = transitions[i].as_object();
    const std::string status = text_at(transition, "Status");
    const std::string message = text_at(transition, "StatusMessage");
    if (i < transitions_seen_ && message == last_message_) continue;
    last_message_ = message;
    if (!show_transitions_) continue;
    const Time time = time_at(transition, "StartTime").value_or(now());
    const std::string line =
        fmt::format("{}  {}  {}", clock_text(time),
                    paint(status, tone_of_status(status), terminal_.err_look().colour), message);
    news_.emplace(std::pair(time, News::kTransition), [this, line] { terminal_.message(line); });
  }
  transitions_seen_ = std::max(transitions_seen_, transitions.size());
}

void JobFollower::add_event(const LogEvent& event) {
  if (listener_) listener_(event.message);
  news_.emplace(std::pair(event.time, News::kLine), [this, event] {
    terminal_.out_line(reader_.stream_count() > 1 ? fmt::format("{}| {}", event.host, event.message)
                                                  : event.message);
  });
}

void JobFollower::print_news(Time until) {
  const auto end = news_.upper_bound({until, News::kLine});
  for (auto one = news_.begin(); one != end; ++one) one->second();
  news_.erase(news_.begin(), end);
}

void JobFollower::show_status() {
  const std::string status = text_at(description_, "SecondaryStatus");
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  std::string what = last_message_;
  if (status == "Training" && terminal_.err_look().is_terminal) {
    const auto known = progress_of(cloud_, {job_name_});
    if (!known.empty()) what = progress_text(known.begin()->second);
  }
  terminal_.status(fmt::format("{} · {} · {}", status, duration_text(elapsed), what));
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
  // What follows the agent's own words is the container's stderr; its failure file stands before.
  const bool own_words = reason.starts_with("AlgorithmError: exit code: ") ||
                         reason.starts_with("AlgorithmError: killed by ");
  const std::size_t at = own_words ? reason.find(kWords) : reason.rfind(kWords);
  if (at != std::string::npos) {
    std::string_view digits = std::string_view(reason).substr(at + kWords.size());
    digits = digits.substr(0, std::min(digits.find_first_not_of("0123456789"), digits.size()));
    const auto code = parse_unsigned(digits);
    if (code && *code >= 1 && *code <= 125) return static_cast<int>(*code);
  }
  return kJobFailed;
}

}  // namespace sagebrush::cli
