#include "aws/sigv2.h"

#include <algorithm>
#include <array>
#include <map>

#include "aws/auth_error.h"
#include "aws/presigned_headers.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::string_view kListQuery = "list-type=2";
constexpr std::uint64_t kLatestExpiry = 9'000'000'000;  // the year 2255: Time ends soon after

// The parameters that are signed (AWS's list with what botocore adds to it).
constexpr std::array<std::string_view, 35> kSigned{"accelerate",
                                                   "acl",
                                                   "analytics",
                                                   "cors",
                                                   "defaultObjectAcl",
                                                   "delete",
                                                   "inventory",
                                                   "lifecycle",
                                                   "location",
                                                   "logging",
                                                   "metrics",
                                                   "notification",
                                                   "object-lock",
                                                   "partNumber",
                                                   "policy",
                                                   "replication",
                                                   "requestPayment",
                                                   "response-cache-control",
                                                   "response-content-disposition",
                                                   "response-content-encoding",
                                                   "response-content-language",
                                                   "response-content-type",
                                                   "response-expires",
                                                   "restore",
                                                   "select",
                                                   "select-type",
                                                   "storageClass",
                                                   "tagging",
                                                   "torrent",
                                                   "uploadId",
                                                   "uploads",
                                                   "versionId",
                                                   "versioning",
                                                   "versions",
                                                   "website"};

// Not signed, and free to be there: none of them makes another operation of the request.
constexpr std::array<std::string_view, 19> kUnsigned{"AWSAccessKeyId",
                                                     "Signature",
                                                     "Expires",
                                                     "x-id",
                                                     "prefix",
                                                     "delimiter",
                                                     "marker",
                                                     "max-keys",
                                                     "encoding-type",
                                                     "list-type",
                                                     "start-after",
                                                     "continuation-token",
                                                     "fetch-owner",
                                                     "key-marker",
                                                     "max-uploads",
                                                     "upload-id-marker",
                                                     "part-number-marker",
                                                     "version-id-marker",
                                                     "max-parts"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string single(const QueryParameters& parameters, std::string_view name) {
  const auto is_it = [&](const auto& parameter) { return parameter.first == name; };
  const auto found = std::ranges::find_if(parameters, is_it);
  if (std::ranges::count_if(parameters, is_it) == 1) return found->second;
  throw auth_error(AuthProblem::kMissing, "s3",
                   "Query-string authentication requires the Signature, Expires and "
                   "AWSAccessKeyId parameters, each once");
}

std::string canonical_amz_headers(const http::Headers& headers) {
  std::map<std::string, std::string> joined;
  for (const auto& [name, value] : headers) {
    const std::string lower = to_lower(name);
    if (!lower.starts_with("x-amz-")) continue;
    const auto [field, added] = joined.try_emplace(lower);
    if (!added) field->second += ',';
    field->second += trim(value);
  }
  std::string out;
  for (const auto& [name, value] : joined) out.append(name).append(":").append(value).append("\n");
  return out;
}

// "?acl", "?partNumber=2&uploadId=…": sorted by name, values decoded; "" when there is none.
std::string canonical_subresources(std::string_view query) {
  std::multimap<std::string, std::string> kept;
  for (const std::string_view part : split(query, '&')) {
    const std::size_t equals = std::min(part.find('='), part.size());
    const auto name = uri_decode(part.substr(0, equals), true);
    const auto value = uri_decode(part.substr(equals), true);  // with its "="
    if (name && value && among(kSigned, *name)) kept.emplace(*name, *value);
  }
  std::string out;
  for (const auto& [name, value] : kept) out.append(out.empty() ? "?" : "&").append(name + value);
  return out;
}

}  // namespace

ParsedSignature parse_sigv2(const QueryParameters& parameters) {
  ParsedSignature parsed;
  parsed.version = 2;
  parsed.service = "s3";
  parsed.presigned = true;
  parsed.access_key_id = single(parameters, "AWSAccessKeyId");
  parsed.signature = single(parameters, "Signature");
  const std::string expires = single(parameters, "Expires");
  const auto seconds = parse_unsigned(expires);
  if (!seconds || *seconds > kLatestExpiry) {
    throw auth_error(AuthProblem::kBadDate, "s3",
                     "Invalid date (should be seconds since epoch): " + expires);
  }
  parsed.expires = std::chrono::seconds(*seconds);  // after 1970, which `time` is
  for (const auto& [name, value] : parameters) {
    if (http::equal_ignoring_case(name, "x-amz-security-token")) parsed.session_token = value;
  }
  return parsed;
}

std::string sigv2_string_to_sign(const ParsedSignature& signature, const http::Request& request,
                                 std::string_view path) {
  const http::Request whole = with_presigned_headers(request, 2);
  std::string out = request.method;
  out.append("\n").append(trim(whole.headers.get("content-md5")));
  out.append("\n").append(trim(whole.headers.get("content-type")));
  out.append("\n").append(std::to_string(signature.expires.count())).append("\n");
  out += canonical_amz_headers(whole.headers);
  if (!signature.host_bucket.empty()) out.append("/").append(signature.host_bucket);
  return out.append(path).append(canonical_subresources(request.query));
}

void require_sigv2(const ParsedSignature& signature, const http::Request& request,
                   std::string_view secret) {
  const auto fits = [&](std::string_view path) {
    const std::string text = sigv2_string_to_sign(signature, request, path);
    return equal_in_constant_time(to_base64(hmac_sha1(secret, text)), signature.signature);
  };
  // botocore asks for "/bucket" and signs "/bucket/", older ones both as "/bucket"; Debian's signs
  // ListObjectsV2 with the query of the model's URI.
  const bool path_style = signature.host_bucket.empty();
  const bool is_bucket = path_style ? request.path.rfind('/') == 0 : request.path == "/";
  const bool lists = is_bucket && request.query.starts_with(kListQuery);
  if (!fits(request.path) && !(is_bucket && fits(path_style ? request.path + "/" : "")) &&
      !(lists && fits(request.path + "?" + std::string(kListQuery)))) {
    throw auth_error(AuthProblem::kMismatch, "s3");
  }
  for (const auto& [name, value] : parse_query(request.query).value_or(QueryParameters{})) {
    const std::string lower = to_lower(name);
    if (among(kSigned, name) || among(kUnsigned, name) || lower.starts_with("x-amz-") ||
        lower == "content-type" || lower == "content-md5") {
      continue;
    }
    throw auth_error(AuthProblem::kUnsignedHeader, "s3",
                     "The query parameter " + name + " is not covered by a signature of version 2");
  }
}

}  // namespace sagebrush::aws
