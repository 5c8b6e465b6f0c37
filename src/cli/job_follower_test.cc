#include "cli/job_follower.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <sstream>
#include <vector>

#include "base/file.h"
#include "cli/cloud.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "http/server.h"
#include "http/test_handler.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;
using testing::ElementsAre;

// What a job is like when the follower looks at it: all its transitions and log lines by then, each
// a name and when it was, in seconds.
struct Look {
  std::vector<std::pair<std::string, int>> transitions;
  std::vector<std::pair<std::string, int>> lines;
};

// Answers as SageMaker and CloudWatch Logs do; each description is the next look.
class FakeJob {
 public:
  explicit FakeJob(std::vector<Look> looks) : looks_(std::move(looks)), server_({}, handler_) {
    server_.start();
    write_file_atomically(folder_.path() / "credentials",
                          "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n");
  }

  ServerRecord record() const {
    return {.url = fmt::format("http://127.0.0.1:{}", server_.port()),
            .tls_url = "",
            .ca_file = "",
            .region = "us-east-1",
            .account = "",
            .pid = 0,
            .data_dir = folder_.path().string()};
  }

 private:
  json::object answer(std::string_view target, const json::object& request) {
    if (target == "SageMaker.DescribeTrainingJob") return describe(next_look());
    if (target == "Logs_20140328.DescribeLogStreams")
      return {{"logStreams", {{{"logStreamName", "job/algo-1-1700000000"}}}}};
    const json::value* token = request.if_contains("nextToken");
    return events_from(token ? std::stoul(std::string(token->get_string())) : 0);
  }

  const Look& next_look() {
    look_ = looks_seen_ < looks_.size() ? looks_seen_ : looks_.size() - 1;
    ++looks_seen_;
    return looks_[look_];
  }

  static json::object describe(const Look& look) {
    json::array transitions;
    for (const auto& [status, second] : look.transitions) {
      transitions.push_back({{"Status", status}, {"StartTime", second}, {"StatusMessage", ""}});
    }
    const std::string last = look.transitions.back().first;
    return {{"TrainingJobStatus", last == "Completed" ? last : "InProgress"},
            {"SecondaryStatus", last},
            {"SecondaryStatusTransitions", transitions}};
  }

  json::object events_from(std::size_t first) const {
    json::array events;
    const auto& lines = looks_[look_].lines;
    for (std::size_t i = first; i < lines.size(); ++i) {
      events.push_back({{"message", lines[i].first}, {"timestamp", lines[i].second * 1000}});
    }
    return {{"events", events}, {"nextForwardToken", std::to_string(lines.size())}};
  }

  std::vector<Look> looks_;
  std::size_t looks_seen_ = 0;
  std::size_t look_ = 0;
  TemporaryDirectory folder_;
  http::TestHandler handler_{[this](const std::shared_ptr<const http::Request>& request) {
    return std::make_unique<http::CollectingReceiver>([this, request](const std::string& body) {
      return http::text_response(json::serialize(
          answer(request->headers.get("X-Amz-Target"), json::parse(body).as_object())));
    });
  }};
  http::Server server_;
};

// What is printed on both outputs, line by line.
std::vector<std::string> followed(std::vector<Look> looks) {
  const FakeJob job(std::move(looks));
  const Environment environment = [](const std::string&) { return std::nullopt; };
  testing::internal::CaptureStdout();
  const int error_output = ::dup(STDERR_FILENO);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  {
    Cloud cloud(job.record(), environment);
    Terminal terminal(true, false, environment);
    const Interrupt interrupt;
    JobFollower(cloud, terminal, interrupt, "job").follow();
  }
  ::dup2(error_output, STDERR_FILENO);
  ::close(error_output);
  std::vector<std::string> lines;
  std::istringstream text(testing::internal::GetCapturedStdout());
  // Without the clock before a transition and the message after it.
  for (std::string line; std::getline(text, line);) {
    const bool transition = line.ends_with("  ");
    lines.push_back(transition ? line.substr(10, line.size() - 12) : line);
  }
  return lines;
}

TEST(JobFollower, PrintsInTheOrderOfTimeWhatIsSeenInAnother) {
  EXPECT_THAT(followed({{{{"Starting", 1}, {"Downloading", 2}}, {{"first", 4}}},
                        {{{"Starting", 1}, {"Downloading", 2}, {"Training", 3}, {"Uploading", 6}},
                         {{"first", 4}}},
                        {{{"Starting", 1}, {"Downloading", 2}, {"Training", 3}, {"Uploading", 6}},
                         {{"first", 4}, {"last", 5}}},
                        {{{"Starting", 1},
                          {"Downloading", 2},
                          {"Training", 3},
                          {"Uploading", 6},
                          {"Completed", 7}},
                         {{"first", 4}, {"last", 5}}}}),
              ElementsAre("Starting", "Downloading", "Training", "first", "last", "Uploading",
                          "Completed"));
}

TEST(JobFollower, PrintsAChangeBeforeTheLineOfTheSameMoment) {
  EXPECT_THAT(followed({{{{"Starting", 1}}, {{"first", 2}}},
                        {{{"Starting", 1}, {"Training", 2}, {"Completed", 3}}, {{"first", 2}}}}),
              ElementsAre("Starting", "Training", "first", "Completed"));
}

}  // namespace
}  // namespace sagebrush::cli
