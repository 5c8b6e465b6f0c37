#include "service/s3/byte_range.h"

#include <algorithm>

#include "aws/aws_error.h"
#include "base/text.h"

namespace sagebrush::service::s3 {
namespace {

constexpr std::string_view kUnit = "bytes=";

[[noreturn]] void refuse() {
  throw aws::AwsError("InvalidRange", 416, "The requested range is not satisfiable");
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
  if (!header.starts_with(kUnit)) return std::nullopt;
  const auto ends = split(header.substr(kUnit.size()), '-');
  if (ends.size() != 2) return std::nullopt;
  const auto first = parse_unsigned(trim(ends[0]));
  const auto last = parse_unsigned(trim(ends[1]));
  if (trim(ends[0]).empty()) {
    if (!last) return std::nullopt;
    const std::uint64_t length = std::min(*last, size);
    if (length == 0) refuse();
    return ByteRange{size - length, length};
  }
  if (!first || (!last && !trim(ends[1]).empty())) return std::nullopt;
  if (*first >= size || (last && *last < *first)) refuse();
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

ByteRange parse_copy_range(std::string_view header, std::uint64_t size) {
  if (header.starts_with(kUnit)) {
    const auto ends = split(header.substr(kUnit.size()), '-');
    const auto first = parse_unsigned(ends[0]);
    const auto last = ends.size() == 2 ? parse_unsigned(ends[1]) : std::nullopt;
    if (first && last && *first <= *last) {
      if (*last < size) return {*first, *last - *first + 1};
      throw aws::AwsError(
          "InvalidArgument", 400,
          "Range specified is not valid for source object of size: " + std::to_string(size));
    }
  }
  throw aws::AwsError("InvalidArgument", 400,
                      "The x-amz-copy-source-range value must be of the form bytes=first-last "
                      "where first and last are the zero-based offsets of the first and last "
                      "bytes to copy");
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" +
         std::to_string(range.first + range.length - 1) + "/" + std::to_string(size);
}

}  // namespace sagebrush::service::s3
