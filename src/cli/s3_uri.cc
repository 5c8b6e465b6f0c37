#include "cli/s3_uri.h"

#include "base/error.h"

namespace sagebrush::cli {
namespace {

constexpr std::string_view kScheme = "s3://";

}  // namespace

bool is_s3_uri(std::string_view text) {
  return text.starts_with(kScheme);
}

S3Uri parse_s3_uri(std::string_view text) {
  if (!is_s3_uri(text)) {
    throw Error(ErrorKind::kInvalid,
                "'" + std::string(text) + "' is no S3 address: write s3://bucket/prefix");
  }
  const std::string_view rest = text.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  S3Uri uri{std::string(rest.substr(0, slash)), ""};
  if (slash != std::string_view::npos) uri.key = rest.substr(slash + 1);
  if (uri.bucket.empty()) {
    throw Error(ErrorKind::kInvalid,
                "'" + std::string(text) + "' names no bucket: write s3://bucket/prefix");
  }
  return uri;
}

}  // namespace sagebrush::cli
