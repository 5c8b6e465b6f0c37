#include <algorithm>
#include <array>

#include "aws/auth_error.h"
#include "aws/sigv2.h"
#include "aws/sigv4.h"
#include "aws/sigv4_canonical.h"
#include "base/error.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::chrono::seconds kLongestUrl{7 * 24 * 3600};
constexpr std::chrono::seconds kDefaultUrl{15 * 60};  // of services where X-Amz-Expires is optional

// The value of the parameter `name`; nullopt when absent. Throws when it is there twice.
std::optional<std::string> single(const QueryParameters& parameters, std::string_view name,
                                  std::string_view service) {
  std::optional<std::string> found;
  for (const auto& [present, value] : parameters) {
    if (present != name) continue;
    if (found) {
      throw auth_error(AuthProblem::kMalformedQuery, service,
                       "The parameter " + std::string(name) + " must be there once.");
    }
    found = value;
  }
  return found;
}

// As single(), of header fields.
std::optional<std::string> single_header(const http::Headers& headers, std::string_view name,
                                         std::string_view service) {
  std::optional<std::string> found;
  for (const auto& [present, value] : headers) {
    if (!http::equal_ignoring_case(present, name)) continue;
    if (found) {
      throw auth_error(AuthProblem::kMalformedHeader, service,
                       "the header " + std::string(name) + " must be there once");
    }
    found = std::string(trim(value));
  }
  return found;
}

bool is_query_signature(std::string_view query) {
  // Names are never escaped in practice, but "X-Amz%2DSignature" must not slip by.
  const auto parameters = parse_query(query);
  return parameters && std::ranges::any_of(*parameters, [](const auto& parameter) {
           constexpr std::array<std::string_view, 4> kNames{"X-Amz-Algorithm", "X-Amz-Credential",
                                                            "X-Amz-Signature", "AWSAccessKeyId"};
           return std::ranges::find(kNames, parameter.first) != kNames.end();
         });
}

// KEY/20260131/REGION/SERVICE/aws4_request
bool read_credential(std::string_view credential, ParsedSignature& into) {
  const auto parts = split(credential, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request") return false;
  for (const std::string_view part : parts) {
    if (part.empty() || part.size() > 128) return false;
  }
  if (parts[1].size() != 8 || !parse_unsigned(parts[1])) return false;
  into.access_key_id = parts[0];
  into.date = parts[1];
  into.region = parts[2];
  into.service = parts[3];
  return true;
}

bool read_signed_headers(std::string_view list, ParsedSignature& into) {
  for (const std::string_view name : split(list, ';')) {
    if (name.empty() || name != to_lower(name)) return false;
    if (std::ranges::find(into.signed_headers, name) != into.signed_headers.end()) return false;
    into.signed_headers.emplace_back(name);
  }
  return true;
}

struct HeaderFields {
  std::optional<std::string_view> credential, signed_headers, signature;
};

// "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…": each once, nothing else.
std::optional<HeaderFields> split_authorization(std::string_view value) {
  if (!value.starts_with(kAlgorithm)) return std::nullopt;
  value.remove_prefix(kAlgorithm.size());
  if (value.empty() || value[0] != ' ') return std::nullopt;
  HeaderFields fields;
  for (const std::string_view part : split(value, ',')) {
    const std::string_view field = trim(part);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = field.substr(0, equals);
    auto* slot = name == "Credential"      ? &fields.credential
                 : name == "SignedHeaders" ? &fields.signed_headers
                 : name == "Signature"     ? &fields.signature
                                           : nullptr;
    if (slot == nullptr || *slot) return std::nullopt;
    *slot = field.substr(equals + 1);
  }
  return fields;
}

void read_time(std::string_view text, ParsedSignature& into) {
  try {
    into.time =
        text.find(',') == std::string_view::npos ? from_amz_date(text) : from_http_date(text);
  } catch (const Error&) {
    throw auth_error(AuthProblem::kBadDate, into.service);
  }
  into.amz_date = to_amz_date(into.time);
  if (into.amz_date.substr(0, 8) == into.date) return;
  throw auth_error(AuthProblem::kWrongScope, into.service,
                   "Invalid credential date \"" + into.date +
                       "\". This date is not the same as X-Amz-Date: \"" +
                       into.amz_date.substr(0, 8) + "\".");
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

void read_payload_mode(const std::optional<std::string>& value, ParsedSignature& into) {
  const bool s3 = into.service == "s3";
  if (!value) {
    if (s3 && !into.presigned) throw auth_error(AuthProblem::kMissingPayloadMode, into.service);
    into.payload_mode = s3 ? PayloadMode::kUnsigned : PayloadMode::kHash;
    into.payload_hash = s3 ? "UNSIGNED-PAYLOAD" : "";
    return;
  }
  if (is_sha256(*value)) {
    into.payload_mode = PayloadMode::kHash;
    if (s3) into.payload_hash = *value;
    return;
  }
  constexpr std::array<std::pair<std::string_view, PayloadMode>, 4> kWords{{
      {"UNSIGNED-PAYLOAD", PayloadMode::kUnsigned},
      {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", PayloadMode::kStreamingSigned},
      {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", PayloadMode::kStreamingSignedTrailer},
      {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", PayloadMode::kStreamingUnsignedTrailer},
  }};
  const auto* word = std::ranges::find(kWords, *value, &decltype(kWords)::value_type::first);
  const bool allowed =
      word != kWords.end() && s3 && (!into.presigned || word->second == PayloadMode::kUnsigned);
  if (!allowed) throw auth_error(AuthProblem::kBadPayloadMode, into.service);
  into.payload_mode = word->second;
  into.payload_hash = *value;
}

ParsedSignature parse_header(const http::Request& request, const std::string& service) {
  const std::string authorization =
      single_header(request.headers, "authorization", service).value();
  if (!authorization.starts_with(kAlgorithm)) {
    throw auth_error(AuthProblem::kUnsupportedMechanism, service);
  }
  const auto fields = split_authorization(authorization);
  if (!fields || !fields->credential || !fields->signed_headers || !fields->signature) {
    throw auth_error(AuthProblem::kMalformedHeader, service,
                     "it needs Credential, SignedHeaders and Signature, each once");
  }
  ParsedSignature parsed;
  parsed.signature = *fields->signature;
  if (!read_credential(*fields->credential, parsed)) {
    throw auth_error(AuthProblem::kMalformedHeader, service,
                     "the Credential is mal-formed; expecting "
                     "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  if (!read_signed_headers(*fields->signed_headers, parsed)) {
    throw auth_error(AuthProblem::kMalformedHeader, service,
                     "SignedHeaders is mal-formed; expecting lower-case names, each once, "
                     "separated by semicolons.");
  }
  auto date = single_header(request.headers, "x-amz-date", service);
  if (!date) date = single_header(request.headers, "date", service);
  read_time(date.value_or(""), parsed);
  parsed.session_token =
      single_header(request.headers, "x-amz-security-token", service).value_or("");
  read_payload_mode(single_header(request.headers, "x-amz-content-sha256", service), parsed);
  return parsed;
}

std::chrono::seconds read_expires(const std::optional<std::string>& text,
                                  const std::string& service) {
  if (!text && service == "s3") throw auth_error(AuthProblem::kMalformedQuery, service);
  if (!text) return kDefaultUrl;
  const auto value = parse_signed(*text);
  if (!value) {
    throw auth_error(AuthProblem::kMalformedQuery, service, "X-Amz-Expires should be a number");
  }
  if (*value < 0) {
    throw auth_error(AuthProblem::kMalformedQuery, service, "X-Amz-Expires must be non-negative");
  }
  if (*value > kLongestUrl.count()) {
    throw auth_error(AuthProblem::kMalformedQuery, service,
                     "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                     "X-Amz-Expires must be less than 604800 seconds");
  }
  return std::chrono::seconds(*value);
}

ParsedSignature parse_query_form(const http::Request& request, const std::string& service) {
  const QueryParameters parameters = parse_query(request.query).value();
  const auto get = [&](std::string_view name) { return single(parameters, name, service); };
  const auto algorithm = get("X-Amz-Algorithm");
  if (get("AWSAccessKeyId")) {
    if (service != "s3") throw auth_error(AuthProblem::kUnsupportedMechanism, service);
    if (algorithm) throw auth_error(AuthProblem::kTwoMechanisms, service);
    ParsedSignature parsed = parse_sigv2(parameters);
    read_payload_mode(single_header(request.headers, "x-amz-content-sha256", service), parsed);
    return parsed;
  }
  if (algorithm && *algorithm != kAlgorithm) {
    throw auth_error(AuthProblem::kMalformedQuery, service,
                     "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  }
  const auto credential = get("X-Amz-Credential");
  const auto signed_headers = get("X-Amz-SignedHeaders");
  const auto signature = get("X-Amz-Signature");
  const auto date = get("X-Amz-Date");
  if (!algorithm || !credential || !signed_headers || !signature || !date) {
    throw auth_error(AuthProblem::kMalformedQuery, service);
  }
  ParsedSignature parsed;
  parsed.presigned = true;
  parsed.signature = *signature;
  if (!read_credential(*credential, parsed)) {
    throw auth_error(AuthProblem::kMalformedQuery, service,
                     "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; "
                     "expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  if (!read_signed_headers(*signed_headers, parsed)) {
    throw auth_error(AuthProblem::kMalformedQuery, service,
                     "X-Amz-SignedHeaders must be lower-case names, each once, separated by "
                     "semicolons.");
  }
  read_time(*date, parsed);
  parsed.expires = read_expires(get("X-Amz-Expires"), parsed.service);
  parsed.session_token = get("X-Amz-Security-Token").value_or("");
  auto payload = single_header(request.headers, "x-amz-content-sha256", service);
  if (!payload) payload = get("X-Amz-Content-Sha256");
  read_payload_mode(payload, parsed);
  return parsed;
}

}  // namespace

bool has_signature(const http::Request& request) {
  return request.headers.find("authorization").has_value() || is_query_signature(request.query);
}

std::string service_of(const http::Request& request) {
  ParsedSignature scope;
  if (const auto header = request.headers.find("authorization")) {
    const auto fields = split_authorization(trim(*header));
    if (fields && fields->credential && read_credential(*fields->credential, scope)) {
      return scope.service;
    }
  }
  if (const auto parameters = parse_query(request.query)) {
    for (const auto& [name, value] : *parameters) {
      if (name == "X-Amz-Credential" && read_credential(value, scope)) return scope.service;
    }
  }
  if (const auto target = request.headers.find("x-amz-target")) {
    return target->starts_with("Logs_") ? "logs" : "sagemaker";
  }
  const bool form =
      request.headers.get("content-type").starts_with("application/x-www-form-urlencoded");
  return form && request.path == "/" ? "sts" : "s3";
}

ParsedSignature parse_signature(const http::Request& request) {
  const std::string service = service_of(request);
  if (!parse_query(request.query)) throw auth_error(AuthProblem::kMalformedUri, service);
  const bool header = request.headers.find("authorization").has_value();
  const bool query = is_query_signature(request.query);
  if (header && query) throw auth_error(AuthProblem::kTwoMechanisms, service);
  if (header) return parse_header(request, service);
  if (query) return parse_query_form(request, service);
  throw auth_error(AuthProblem::kMissing, service);
}

}  // namespace sagebrush::aws
