#include "service/logs/page_token.h"

#include <fmt/format.h>

#include "aws/aws_error.h"
#include "base/text.h"

namespace sagebrush::service::logs {
namespace {
constexpr std::size_t kDigits = 56;
}

void throw_bad_token() {
  throw aws::AwsError("InvalidParameterException", 400, "The specified nextToken is invalid.");
}

std::string write_token(const EventsToken& token) {
  return fmt::format("{}/{:056}", token.forward ? 'f' : 'b', token.position);
}

EventsToken read_events_token(std::string_view text) {
  const bool forward = text.starts_with("f/");
  if (!forward && !text.starts_with("b/")) throw_bad_token();
  text.remove_prefix(2);
  const auto position = parse_unsigned(text);
  if (text.size() != kDigits || !position) throw_bad_token();
  return {forward, *position};
}

std::string write_token(const store::LogSearchCursor& cursor) {
  return to_base64(fmt::format("{}/{}/{}", cursor.order_ms, cursor.stream_id, cursor.position));
}

store::LogSearchCursor read_search_token(std::string_view text) {
  const auto plain = from_base64(text);
  if (!plain) throw_bad_token();
  const auto parts = split(*plain, '/');
  if (parts.size() != 3) throw_bad_token();
  const auto order_ms = parse_signed(parts[0]);
  const auto position = parse_unsigned(parts[2]);
  if (!order_ms || !position) throw_bad_token();
  return {*order_ms, std::string(parts[1]), *position};
}

std::string write_list_token(std::string_view last) {
  return to_base64(last);
}

std::string read_list_token(std::string_view text) {
  const auto plain = from_base64(text);
  if (!plain || plain->empty()) throw_bad_token();
  return *plain;
}

}  // namespace sagebrush::service::logs
