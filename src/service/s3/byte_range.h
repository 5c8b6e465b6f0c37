#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sagebrush::service::s3 {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

// A Range header over `size` bytes: "bytes=0-9", "bytes=5-", "bytes=-5". nullopt, which means the
// whole, for what is not one range of bytes, as S3 has it. Throws AwsError InvalidRange (416) when
// nothing of it is there, or its end comes before its start.
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

// x-amz-copy-source-range: "bytes=first-last", wholly inside. Throws AwsError InvalidArgument.
ByteRange parse_copy_range(std::string_view header, std::uint64_t size);

std::string content_range(const ByteRange& range, std::uint64_t size);  // "bytes 0-9/100"

}  // namespace sagebrush::service::s3
