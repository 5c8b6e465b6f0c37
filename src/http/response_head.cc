#include "http/response_head.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/time.h"

namespace sagebrush::http {
namespace {

struct Reason {
  int status;
  std::string_view text;
};

constexpr std::array kReasons = {
    Reason{100, "Continue"},
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

std::string_view reason_of(int status) {
  const auto found = std::ranges::find(kReasons, status, &Reason::status);
  return found == kReasons.end() ? "Status" : found->text;
}

bool is_the_servers(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"Date", "Server", "Connection",
                                                      "Content-Length", "Transfer-Encoding"};
  return std::ranges::any_of(kNames,
                             [&](std::string_view own) { return equal_ignoring_case(own, name); });
}

bool breaks_lines(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

bool status_has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

bool can_be_sent(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  return std::ranges::none_of(response.headers, [](const Headers::Field& field) {
    return field.first.empty() || field.first.find(':') != std::string::npos ||
           breaks_lines(field.first) || breaks_lines(field.second);
  });
}

std::uint64_t body_bytes(const Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return text->size();
  std::uint64_t total = 0;
  for (const FileSegment& segment : std::get<std::vector<FileSegment>>(response.body)) {
    total += segment.length;
  }
  return total;
}

std::string format_response_head(const Response& response, std::optional<std::uint64_t> length,
                                 bool keep_alive, std::string_view date) {
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(reason_of(response.status)).append("\r\nServer: Sagebrush\r\nDate: ").append(date);
  if (length) head.append("\r\nContent-Length: ").append(std::to_string(*length));
  head.append(keep_alive ? "\r\nConnection: keep-alive\r\n" : "\r\nConnection: close\r\n");
  for (const auto& [name, value] : response.headers) {
    if (is_the_servers(name)) continue;
    head.append(name).append(": ").append(value).append("\r\n");
  }
  return head.append("\r\n");
}

std::string_view http_date() {
  thread_local std::string text;
  thread_local auto second = std::chrono::sys_seconds::min();
  const Time time = now();
  if (const auto current = std::chrono::floor<std::chrono::seconds>(time); current != second) {
    second = current;
    text = to_http_date(time);
  }
  return text;
}

Response plain_response(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::string(text) + "\n";
  return response;
}

}  // namespace sagebrush::http
