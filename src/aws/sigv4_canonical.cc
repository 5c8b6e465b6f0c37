#include "aws/sigv4_canonical.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

// Drops empty and "." segments and resolves "..", as botocore's normalize_url_path.
std::string tidy(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

// Brings each byte to its one encoded form. %2F stays apart from '/': they name different objects.
std::optional<std::string> encode_once(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  while (!path.empty()) {
    const std::size_t length = path[0] == '%' ? 3 : 1;
    const auto byte = uri_decode(path.substr(0, length));
    if (!byte) return std::nullopt;
    out += uri_encode(*byte, length == 1);
    path.remove_prefix(length);
  }
  return out;
}

// Appends `value` trimmed, each run of blanks inside as one space.
void append_collapsed(std::string& out, std::string_view value) {
  bool gap = false;
  for (const char c : trim(value)) {
    if (c == ' ' || c == '\t') {
      gap = true;
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
}

}  // namespace

std::optional<std::string> canonical_path(std::string_view path, std::string_view service) {
  if (path.empty()) return "/";
  if (path[0] != '/') return std::nullopt;
  if (service == "s3") return encode_once(path);
  if (!uri_decode(path)) return std::nullopt;
  return uri_encode(tidy(path), true);
}

std::optional<QueryParameters> parse_query(std::string_view query) {
  QueryParameters parameters;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto name = uri_decode(part.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string()
                                                  : uri_decode(part.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

std::string canonical_query(const QueryParameters& parameters) {
  QueryParameters encoded;
  encoded.reserve(parameters.size());
  for (const auto& [name, value] : parameters) {
    if (name != "X-Amz-Signature") encoded.emplace_back(uri_encode(name), uri_encode(value));
  }
  std::ranges::sort(encoded);
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string canonical_headers(const http::Headers& headers, std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) {
    out.append(name).append(":");
    bool first = true;
    for (const auto& [present, value] : headers) {
      if (!http::equal_ignoring_case(present, name)) continue;
      if (!first) out += ',';
      first = false;
      append_collapsed(out, value);
    }
    out += '\n';
  }
  return out;
}

std::string canonical_request(const CanonicalParts& parts) {
  std::string out;
  out.append(parts.method).append("\n").append(parts.path).append("\n").append(parts.query);
  out.append("\n").append(parts.headers).append("\n");
  for (std::size_t i = 0; i < parts.signed_headers.size(); ++i) {
    if (i > 0) out += ';';
    out += parts.signed_headers[i];
  }
  out.append("\n").append(parts.payload_hash);
  return out;
}

std::string credential_scope(std::string_view date, std::string_view region,
                             std::string_view service) {
  std::string out(date);
  out.append("/").append(region).append("/").append(service).append("/aws4_request");
  return out;
}

std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request) {
  std::string out = "AWS4-HMAC-SHA256\n";
  out.append(amz_date).append("\n").append(scope).append("\n").append(
      sha256_hex(canonical_request));
  return out;
}

}  // namespace sagebrush::aws
