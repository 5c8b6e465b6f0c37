// Reads a request from bytes (method, path, query and header fields, a line each) and has its
// signature parsed and checked. Whatever comes in, only AwsError may come out; and a signature
// can't hold: nobody knows the secret.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "aws/aws_error.h"
#include "aws/sigv4.h"
#include "aws/sigv4_canonical.h"
#include "base/random.h"
#include "base/text.h"

using sagebrush::aws::AwsError;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string secret = sagebrush::random_hex(20);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = sagebrush::split(text, '\n');
  sagebrush::http::Request request;
  if (!lines.empty()) request.method = lines[0];
  if (lines.size() > 1) request.path = lines[1];
  if (lines.size() > 2) request.query = lines[2];
  for (std::size_t i = 3; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(':');
    if (colon == std::string_view::npos) continue;
    request.headers.add(std::string(lines[i].substr(0, colon)),
                        std::string(lines[i].substr(colon + 1)));
  }
  // A canonical path is its own canonical form.
  if (const auto path = sagebrush::aws::canonical_path(request.path, "s3")) {
    if (sagebrush::aws::canonical_path(*path, "s3") != *path) std::abort();
  }
  try {
    const auto parsed = sagebrush::aws::parse_signature(request);
    if (parsed.access_key_id.empty() || parsed.service.empty()) std::abort();
    sagebrush::aws::verify(parsed, request, secret, parsed.payload_hash, parsed.time);
    std::abort();
  } catch (const AwsError& error) {
    if (error.code().empty() || error.status() < 400 || error.status() > 499) std::abort();
  }
  return 0;
}
