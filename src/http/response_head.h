#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace sagebrush::http {

// False for 1xx, 204 and 304, which never have a body (RFC 9110 §6.4.1).
bool status_has_body(int status);
std::uint64_t body_bytes(const Response& response);

// False when the response would not stay one response on the wire: a 1xx status, a line break in a
// header.
bool can_be_sent(const Response& response);

// Status line to empty line. `length` absent: no Content-Length. The handler's own Date, Server,
// Connection, Content-Length and Transfer-Encoding are left out.
// `response` is one that can be sent.
std::string format_response_head(const Response& response, std::optional<std::uint64_t> length,
                                 bool keep_alive, std::string_view date);

// The present second as the Date header wants it; valid until the thread's next call.
std::string_view http_date();

Response plain_response(int status, std::string_view text);

}  // namespace sagebrush::http
