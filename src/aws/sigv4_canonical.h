#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"

namespace sagebrush::aws {

// The canonical forms of Signature Version 4 ("Create a signed AWS API request" in the IAM guide),
// shared by who signs and who checks. S3 encodes the path once and leaves "//", "." and ".." as
// they are; the other services encode twice and tidy up.

// nullopt on a broken percent escape, or no slash in front. `path` is raw, as it stands in the
// request line.
std::optional<std::string> canonical_path(std::string_view path, std::string_view service);

// Decoded name and value of each parameter, in order; '+' is a space. nullopt on a broken escape.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;
std::optional<QueryParameters> parse_query(std::string_view query);

// Encoded, sorted by name then value, without X-Amz-Signature.
std::string canonical_query(const QueryParameters& parameters);

// "name:value\n" each: spaces trimmed and collapsed, several of one name joined by commas. names:
// lower case.
std::string canonical_headers(const http::Headers& headers, std::span<const std::string> names);

struct CanonicalParts {
  std::string_view method;
  std::string_view path;     // canonical
  std::string_view query;    // canonical
  std::string_view headers;  // canonical
  std::span<const std::string> signed_headers;
  std::string_view payload_hash;  // 64 hex digits or one of the literal words
};
std::string canonical_request(const CanonicalParts& parts);

// "20260131/us-east-1/s3/aws4_request"
std::string credential_scope(std::string_view date, std::string_view region,
                             std::string_view service);
std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request);

}  // namespace sagebrush::aws
