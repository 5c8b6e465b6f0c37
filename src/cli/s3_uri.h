#pragma once

#include <string>
#include <string_view>

namespace sagebrush::cli {

struct S3Uri {
  std::string bucket;
  std::string key;  // or prefix; without a leading '/'; may be empty
  std::string text() const { return "s3://" + bucket + "/" + key; }
};

bool is_s3_uri(std::string_view text);

// "s3://bucket/any/key". Throws Error{kInvalid} that shows the text and what it should look like.
S3Uri parse_s3_uri(std::string_view text);

}  // namespace sagebrush::cli
