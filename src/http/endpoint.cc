#include <charconv>

#include "base/error.h"
#include "http/client.h"

namespace sagebrush::http {
namespace {

constexpr std::uint16_t scheme_port(bool secure) {
  return secure ? 443 : 80;
}

[[noreturn]] void fail(std::string_view url, const std::string& why) {
  throw Error(ErrorKind::kInvalid, "endpoint '" + std::string(url) + "' " + why +
                                       "; give something like http://127.0.0.1:9000");
}

bool is_host_character(char c, bool ipv6) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.') {
    return true;
  }
  return ipv6 ? c == ':' || c == '%' : c == '-' || c == '_';
}

}  // namespace

Endpoint parse_endpoint(std::string_view url) {
  Endpoint endpoint;
  std::string_view rest = url;
  if (equal_ignoring_case(rest.substr(0, 7), "http://")) {
    rest.remove_prefix(7);
  } else if (equal_ignoring_case(rest.substr(0, 8), "https://")) {
    endpoint.secure = true;
    rest.remove_prefix(8);
  } else {
    fail(url, "does not start with http:// or https://");
  }
  endpoint.port = scheme_port(endpoint.secure);

  const std::size_t path = rest.find_first_of("/?#");
  if (path != std::string_view::npos) {
    if (rest.substr(path) != "/") fail(url, "has a path; it must end after host and port");
    rest = rest.substr(0, path);
  }

  const bool ipv6 = rest.starts_with('[');
  std::size_t host_end = ipv6 ? rest.find(']') : std::min(rest.find(':'), rest.size());
  if (host_end == std::string_view::npos) fail(url, "lacks the ']' after an IPv6 address");
  endpoint.host = rest.substr(ipv6 ? 1 : 0, host_end - (ipv6 ? 1 : 0));
  if (ipv6) ++host_end;
  rest.remove_prefix(host_end);

  if (endpoint.host.empty()) fail(url, "has no host");
  for (const char c : endpoint.host) {
    if (!is_host_character(c, ipv6)) {
      fail(url, std::string("has the character '") + c + "' in its host");
    }
  }
  if (rest.empty()) return endpoint;
  if (rest.front() != ':') fail(url, "has text between host and port");
  rest.remove_prefix(1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (error != std::errc() || end != rest.data() + rest.size() || port == 0 || port > 65535) {
    fail(url, "has the port '" + std::string(rest) + "', which is not 1 to 65535");
  }
  endpoint.port = static_cast<std::uint16_t>(port);
  return endpoint;
}

std::string host_header(const Endpoint& endpoint) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  std::string text = ipv6 ? "[" + endpoint.host + "]" : endpoint.host;
  if (endpoint.port != scheme_port(endpoint.secure)) text += ":" + std::to_string(endpoint.port);
  return text;
}

}  // namespace sagebrush::http
