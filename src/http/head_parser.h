#pragma once

#include <expected>
#include <string_view>

#include "http/body_framing.h"
#include "http/head_scanner.h"
#include "http/message.h"

namespace sagebrush::http {

struct RequestHead {
  Request request;
  bool keep_alive = true;
  bool expects_continue = false;
  BodyFraming framing = BodyFraming::none();
};

struct ResponseHead {
  int status = 0;
  Headers headers;
  bool keep_alive = true;
  BodyFraming framing = BodyFraming::none();  // as if it answered a GET
};

// `head`: what HeadScanner accepted, with the empty line. Refuses requests whose body two parsers
// could delimit in two ways: Content-Length with Transfer-Encoding, several lengths, codings other
// than exactly "chunked", several Hosts.
std::expected<RequestHead, HeadError> parse_request_head(std::string_view head);
std::expected<ResponseHead, HeadError> parse_response_head(std::string_view head);

}  // namespace sagebrush::http
