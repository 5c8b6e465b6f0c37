#include "aws/presigned_headers.h"

#include <algorithm>
#include <array>

#include "aws/aws_error.h"
#include "aws/sigv4_canonical.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

// What the signature itself is made of: no header of the request.
constexpr std::array<std::string_view, 8> kOfSignature{
    "x-amz-algorithm", "x-amz-credential", "x-amz-date",           "x-amz-signedheaders",
    "x-amz-expires",   "x-amz-signature",  "x-amz-security-token", "x-amz-content-sha256"};

bool is_header(std::string_view lower_name, int version) {
  if (version == 2 && (lower_name == "content-type" || lower_name == "content-md5")) return true;
  if (!lower_name.starts_with("x-amz-")) return false;
  return version == 2 || std::ranges::find(kOfSignature, lower_name) == kOfSignature.end();
}

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// A line end in a value would come back as another header of the answer.
bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

http::Request with_presigned_headers(const http::Request& request, int version) {
  http::Request whole = request;
  for (auto& [name, value] : parse_query(request.query).value_or(QueryParameters{})) {
    const std::string lower = to_lower(name);
    if (!is_header(lower, version) || request.headers.find(lower)) continue;
    if (!std::ranges::all_of(lower, is_name_letter) || std::ranges::any_of(value, is_control)) {
      throw AwsError("InvalidArgument", 400,
                     "The query parameter " + lower + " can not be a header of the request");
    }
    whole.headers.add(lower, std::move(value));
  }
  return whole;
}

}  // namespace sagebrush::aws
