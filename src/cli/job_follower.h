#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/time.h"
#include "cli/log_reader.h"

namespace sagebrush::cli {

class Cloud;
class Interrupt;
class Terminal;

// Shows a training job live: status transitions on stderr, its log on stdout, both in the order of
// time, with the reason for waiting while nothing comes.
class JobFollower {
 public:
  JobFollower(Cloud& cloud, Terminal& terminal, const Interrupt& interrupt, std::string job_name);
  // Each log line, before it is printed.
  void on_line(std::function<void(const std::string&)> listener) {
    listener_ = std::move(listener);
  }
  // Whether transitions are printed, as `train` and `demo` do and `logs` doesn't.
  void show_transitions(bool show) { show_transitions_ = show; }
  // Returns the last DescribeTrainingJob answer once the job has ended and its log is read to the
  // end. Throws Interrupted on Ctrl-C; a server that goes away is waited for while it is told, and
  // given up with its Error{kUnavailable} after a minute.
  boost::json::object follow();

 private:
  enum class News { kTransition, kLine };  // of one moment, in this order

  bool describe();  // true when the job has ended
  void add_transitions();
  void add_event(const LogEvent& event);
  void print_news(Time until);  // in the order of time
  void show_status();

  Cloud& cloud_;
  Terminal& terminal_;
  const Interrupt& interrupt_;
  std::string job_name_;
  LogReader reader_;
  std::function<void(const std::string&)> listener_;
  bool show_transitions_ = true;
  std::multimap<std::pair<Time, News>, std::function<void()>> news_;  // read and not yet printed
  boost::json::object description_;
  std::size_t transitions_seen_ = 0;
  std::string last_message_;
  std::chrono::steady_clock::time_point started_;
};

// Completed, Failed or Stopped.
bool is_final_status(const std::string& training_job_status);

// What the shell is told about a job that has ended (exit_codes.h).
int exit_code_of(const boost::json::object& description);

}  // namespace sagebrush::cli
