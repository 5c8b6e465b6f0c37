#include "http/head_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <cstdint>
#include <string>

namespace sagebrush::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::optional;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr std::size_t kTargetLimit = 16 * 1024;

std::string_view to_std(BeastView view) {
  return {view.data(), view.size()};
}

// Beast's grammar of start line and fields, without its containers: goes straight into ours.
template <bool is_request>
class Parser : public beast_http::basic_parser<is_request> {
 public:
  Parser() {
    this->skip(true);
    this->header_limit(UINT32_MAX);
    this->body_limit(boost::none);
  }
  bool accept(std::string_view head) {
    error_code error;
    this->put(boost::asio::const_buffer(head.data(), head.size()), error);
    return !error && this->is_header_done();
  }

  std::string_view method;
  std::string_view target;
  int status = 0;
  int version = 0;
  Headers headers;

 private:
  void on_request_impl(beast_http::verb, BeastView method_text, BeastView target_text, int number,
                       error_code&) override {
    method = to_std(method_text);
    target = to_std(target_text);
    version = number;
  }
  void on_response_impl(int code, BeastView, int number, error_code&) override {
    status = code;
    version = number;
  }
  void on_field_impl(beast_http::field, BeastView name, BeastView value, error_code&) override {
    headers.add(std::string(name), std::string(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastView, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
};

struct Framing {
  bool chunked = false;
  std::optional<std::uint64_t> length;
};

std::expected<Framing, HeadError> find_framing(const Headers& headers) {
  Framing framing;
  for (const auto& [name, value] : headers) {
    if (equal_ignoring_case(name, "Transfer-Encoding")) {
      if (framing.chunked) return std::unexpected(HeadError{400, "Several Transfer-Encodings."});
      if (!equal_ignoring_case(value, "chunked")) {
        return std::unexpected(HeadError{400, "A Transfer-Encoding other than chunked."});
      }
      framing.chunked = true;
    } else if (equal_ignoring_case(name, "Content-Length")) {
      if (framing.length) return std::unexpected(HeadError{400, "Several Content-Lengths."});
      std::uint64_t length = 0;
      const char* const end = value.data() + value.size();
      const auto [stop, error] = std::from_chars(value.data(), end, length);
      if (error != std::errc() || stop != end) {
        return std::unexpected(HeadError{400, "The Content-Length is not a number."});
      }
      framing.length = length;
    }
  }
  if (framing.chunked && framing.length) {
    return std::unexpected(HeadError{400, "Both Content-Length and Transfer-Encoding."});
  }
  return framing;
}

// Checks that there is one Host (RFC 9112 §3.2); an absolute target must name the same.
std::optional<HeadError> check_host(const Headers& headers, int version,
                                    std::string_view authority) {
  std::size_t hosts = 0;
  for (const auto& [name, value] : headers) {
    if (equal_ignoring_case(name, "Host")) ++hosts;
  }
  if (hosts > 1) return HeadError{400, "More than one Host."};
  if (hosts == 0 && version == 11) return HeadError{400, "The Host is missing."};
  if (!authority.empty() && !equal_ignoring_case(authority, headers.get("Host"))) {
    return HeadError{400, "The Host is not the one of the target."};
  }
  return std::nullopt;
}

}  // namespace

std::expected<RequestHead, HeadError> parse_request_head(std::string_view head) {
  Parser<true> parser;
  const bool accepted = parser.accept(head);
  if (parser.version != 0 && parser.version != 10 && parser.version != 11) {
    return std::unexpected(HeadError{505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."});
  }
  if (parser.target.size() > kTargetLimit) {
    return std::unexpected(HeadError{414, "The request's URI is longer than 16 KiB."});
  }
  const auto framing = find_framing(parser.headers);
  if (!framing) return std::unexpected(framing.error());
  if (!accepted) return std::unexpected(HeadError{400, "The header is malformed."});
  if (framing->chunked && parser.version < 11) {
    return std::unexpected(HeadError{400, "A chunked body needs HTTP/1.1."});
  }

  std::string_view target = parser.target;
  std::string_view authority;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t path = std::min(target.find_first_of("/?"), target.size());
    authority = target.substr(0, path);
    target.remove_prefix(path);
    if (authority.empty()) return std::unexpected(HeadError{400, "The target has no host."});
    if (target.empty()) target = "/";
    break;
  }
  if (const auto error = check_host(parser.headers, parser.version, authority)) {
    return std::unexpected(*error);
  }
  if (!target.starts_with('/') && !(target == "*" && parser.method == "OPTIONS")) {
    return std::unexpected(HeadError{400, "The target must start with '/'."});
  }

  RequestHead result;
  const auto expect = parser.headers.find("Expect");
  if (expect && !equal_ignoring_case(*expect, "100-continue")) {
    return std::unexpected(HeadError{417, "Only 'Expect: 100-continue' can be met."});
  }
  result.expects_continue = expect.has_value() && parser.version == 11;
  result.keep_alive = parser.keep_alive();
  if (framing->chunked) result.framing = BodyFraming::chunked();
  if (framing->length) result.framing = BodyFraming::of_length(*framing->length);
  Request& request = result.request;
  request.method = parser.method;
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.headers = std::move(parser.headers);
  request.content_length = framing->length;
  request.has_body = framing->chunked || framing->length.value_or(0) > 0;
  return result;
}

std::expected<ResponseHead, HeadError> parse_response_head(std::string_view head) {
  Parser<false> parser;
  if (!parser.accept(head) || (parser.version != 10 && parser.version != 11)) {
    return std::unexpected(HeadError{400, "The response's header is malformed."});
  }
  const auto framing = find_framing(parser.headers);
  if (!framing) return std::unexpected(framing.error());
  ResponseHead result;
  result.status = parser.status;
  result.keep_alive = parser.keep_alive();
  result.headers = std::move(parser.headers);
  if (framing->chunked) {
    result.framing = BodyFraming::chunked();
  } else if (framing->length) {
    result.framing = BodyFraming::of_length(*framing->length);
  } else {
    result.framing = BodyFraming::until_close();
  }
  return result;
}

}  // namespace sagebrush::http
