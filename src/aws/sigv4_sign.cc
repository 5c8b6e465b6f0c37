#include "aws/sigv4_sign.h"

#include <algorithm>
#include <array>

#include "aws/signing_key.h"
#include "aws/sigv4_canonical.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

struct Target {
  std::string path;  // canonical
  QueryParameters parameters;
};

Target split_target(std::string_view target, std::string_view service) {
  const std::size_t question = target.find('?');
  const auto path = canonical_path(target.substr(0, question), service);
  auto parameters = parse_query(question == std::string_view::npos ? std::string_view()
                                                                   : target.substr(question + 1));
  if (!path || !parameters) {
    throw Error(ErrorKind::kInvalid, "'" + std::string(target) + "' has a broken percent escape");
  }
  return {*path, std::move(*parameters)};
}

std::vector<std::string> names_to_sign(const http::Headers& headers) {
  // Proxies and clients along the way may set these.
  constexpr std::array<std::string_view, 6> kLeftOut{"authorization", "connection",
                                                     "expect",        "transfer-encoding",
                                                     "user-agent",    "x-amzn-trace-id"};
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    std::string lower = to_lower(name);
    if (std::ranges::find(kLeftOut, lower) == kLeftOut.end()) names.push_back(std::move(lower));
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ";") + name;
  return out;
}

std::string signature_of(std::string_view canonical, std::string_view amz_date,
                         const Credentials& credentials, const SigningScope& scope) {
  const std::string_view date = amz_date.substr(0, 8);
  const std::string key = signing_key(credentials.access_key_id, credentials.secret_access_key,
                                      date, scope.region, scope.service);
  const std::string text = credential_scope(date, scope.region, scope.service);
  return to_hex(hmac_sha256(key, string_to_sign(amz_date, text, canonical)));
}

}  // namespace

void sign_request(http::ClientRequest& request, const http::Endpoint& endpoint,
                  const Credentials& credentials, const SigningScope& scope,
                  std::string_view payload_hash, Time now) {
  const std::string amz_date = to_amz_date(now);
  http::Headers& headers = request.headers;
  headers.erase("authorization");
  if (!headers.find("host")) headers.add("Host", http::host_header(endpoint));
  headers.set("X-Amz-Date", amz_date);
  if (scope.service == "s3") headers.set("X-Amz-Content-Sha256", std::string(payload_hash));
  if (!credentials.session_token.empty()) {
    headers.set("X-Amz-Security-Token", credentials.session_token);
  }
  const Target target = split_target(request.target, scope.service);
  const std::vector<std::string> names = names_to_sign(headers);
  const std::string query = canonical_query(target.parameters);
  const std::string fields = canonical_headers(headers, names);
  const std::string canonical = canonical_request({.method = request.method,
                                                   .path = target.path,
                                                   .query = query,
                                                   .headers = fields,
                                                   .signed_headers = names,
                                                   .payload_hash = payload_hash});
  headers.add("Authorization",
              "AWS4-HMAC-SHA256 Credential=" + credentials.access_key_id + "/" +
                  credential_scope(amz_date.substr(0, 8), scope.region, scope.service) +
                  ", SignedHeaders=" + joined(names) +
                  ", Signature=" + signature_of(canonical, amz_date, credentials, scope));
}

std::string presign_url(const http::Endpoint& endpoint, std::string_view method,
                        std::string_view target, const Credentials& credentials,
                        const SigningScope& scope, std::chrono::seconds expires, Time now) {
  if (expires.count() < 1 || expires > std::chrono::hours(7 * 24)) {
    throw Error(ErrorKind::kInvalid, "a presigned URL lasts 1 to 604800 seconds, not " +
                                         std::to_string(expires.count()));
  }
  const std::string amz_date = to_amz_date(now);
  Target parts = split_target(target, scope.service);
  const std::string text = credential_scope(amz_date.substr(0, 8), scope.region, scope.service);
  auto& parameters = parts.parameters;
  parameters.emplace_back("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  parameters.emplace_back("X-Amz-Credential", credentials.access_key_id + "/" + text);
  parameters.emplace_back("X-Amz-Date", amz_date);
  parameters.emplace_back("X-Amz-Expires", std::to_string(expires.count()));
  parameters.emplace_back("X-Amz-SignedHeaders", "host");
  if (!credentials.session_token.empty()) {
    parameters.emplace_back("X-Amz-Security-Token", credentials.session_token);
  }
  const std::vector<std::string> names{"host"};
  const std::string host = http::host_header(endpoint);
  const std::string query = canonical_query(parameters);
  const std::string fields = "host:" + host + "\n";
  const std::string payload = scope.service == "s3" ? "UNSIGNED-PAYLOAD" : sha256_hex("");
  const std::string canonical = canonical_request({.method = method,
                                                   .path = parts.path,
                                                   .query = query,
                                                   .headers = fields,
                                                   .signed_headers = names,
                                                   .payload_hash = payload});
  return std::string(endpoint.secure ? "https://" : "http://") + host +
         std::string(target.substr(0, target.find('?'))) + "?" + query +
         "&X-Amz-Signature=" + signature_of(canonical, amz_date, credentials, scope);
}

}  // namespace sagebrush::aws
