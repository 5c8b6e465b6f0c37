// Request lines of S3: whatever the bytes, a route is found or refused, and the key that comes out
// is the one that went in.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "aws/aws_error.h"
#include "aws/codec.h"
#include "aws/registry.h"
#include "base/text.h"

namespace {

using namespace sagebrush;

http::Request get(std::string path, std::string query) {
  http::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.query = std::move(query);
  request.headers.set("Host", "127.0.0.1:9000");
  return request;
}

// A raw target off the wire: anything goes.
void route_raw(std::string_view target) {
  const auto question = target.find('?');
  const auto request =
      get("/" + std::string(target.substr(0, question)),
          question == std::string_view::npos ? "" : std::string(target.substr(question + 1)));
  try {
    const auto route = aws::match_rest_route(*aws::find_service("s3"), request, std::nullopt);
    decode_request(route, request, "");
  } catch (const aws::AwsError& error) {
    if (error.status() == 500) std::abort();
  }
}

// The bytes as a key, which is UTF-8: encoded once by the client, decoded once by us.
void route_key(std::string_view key) {
  if (key.empty() || !is_utf8(key)) return;
  const auto request = get("/bucket/" + uri_encode(key, true), "");
  const auto route = aws::match_rest_route(*aws::find_service("s3"), request, std::nullopt);
  if (route.bucket != "bucket" || route.key != key) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  route_raw(text);
  route_key(text);
  return 0;
}
