#include "cli/log_reader.h"

#include <boost/json/array.hpp>

#include "aws/aws_error.h"
#include "cli/cloud.h"
#include "cli/json_value.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

constexpr const char* kGroup = "/aws/sagemaker/TrainingJobs";

}  // namespace

std::string host_of_stream(std::string_view stream) {
  stream.remove_prefix(stream.rfind('/') + 1);  // npos + 1 = 0
  const std::size_t dash = stream.rfind('-');
  return std::string(stream.find('-') == dash ? stream : stream.substr(0, dash));
}

bool LogReader::read_new(const std::function<void(const LogEvent&)>& sink) {
  bool any = false;
  try {
    find_streams();
    for (auto& [stream, token] : next_tokens_) any = read_stream(stream, token, sink) || any;
  } catch (const aws::AwsError& error) {
    if (error.code() != "ResourceNotFoundException") throw;
  }
  return any;
}

void LogReader::find_streams() {
  json::object request{{"logGroupName", kGroup}, {"logStreamNamePrefix", job_name_ + "/"}};
  while (true) {
    const json::object answer = cloud_.logs("DescribeLogStreams", request);
    for (const json::value& item : array_at(answer, "logStreams")) {
      next_tokens_.try_emplace(text_at(item.as_object(), "logStreamName"));
    }
    const std::string token = text_at(answer, "nextToken");
    if (token.empty()) return;
    request["nextToken"] = token;
  }
}

bool LogReader::read_stream(const std::string& stream, std::string& token,
                            const std::function<void(const LogEvent&)>& sink) {
  const std::string host = host_of_stream(stream);
  bool any = false;
  while (true) {
    json::object request{
        {"logGroupName", kGroup}, {"logStreamName", stream}, {"startFromHead", true}};
    if (!token.empty()) request["nextToken"] = token;
    const json::object answer = cloud_.logs("GetLogEvents", request);
    const json::array& events = array_at(answer, "events");
    for (const json::value& item : events) {
      const json::object& event = item.as_object();
      sink({host, text_at(event, "message"),
            from_ms(integer_at(event, "timestamp").value_or(to_ms(now())))});
    }
    any = any || !events.empty();
    const std::string next = text_at(answer, "nextForwardToken");
    // The end is told by the token that doesn't move on; AWS may answer an empty page before the
    // end.
    if (next.empty() || next == token) return any;
    token = next;
    if (events.empty()) return any;
  }
}

}  // namespace sagebrush::cli
