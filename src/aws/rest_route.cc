#include <algorithm>
#include <array>

#include "aws/codec.h"
#include "aws/query_codec.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

// Subresources newer than the model. Taken for a plain request, `PUT /b/k?renameObject` would
// overwrite an object.
constexpr std::array<std::string_view, 9> kNewerSubresources{"metadataConfiguration",
                                                             "metadataInventoryTable",
                                                             "metadataJournalTable",
                                                             "metadataTable",
                                                             "renameObject",
                                                             "session",
                                                             "annotation",
                                                             "abac",
                                                             "encryptionConfig"};

constexpr std::string_view kServicePath = "/";
constexpr std::string_view kBucketPath = "/{Bucket}";
constexpr std::string_view kObjectPath = "/{Bucket}/{Key+}";

struct Wanted {
  std::string_view name;
  std::string_view value;
  bool any_value;
};

// "select&select-type=2" as what a request's query must hold.
std::vector<Wanted> wanted_parameters(const Operation& operation) {
  std::vector<Wanted> found;
  if (operation.query().empty()) return found;
  for (std::string_view part : split(operation.query(), '&')) {
    std::size_t equal = part.find('=');
    bool any = equal == std::string_view::npos;
    found.push_back(
        {part.substr(0, equal), any ? std::string_view() : part.substr(equal + 1), any});
  }
  return found;
}

bool holds(const Parameters& parameters, const Wanted& wanted) {
  return std::any_of(parameters.begin(), parameters.end(), [&](const auto& parameter) {
    return parameter.first == wanted.name && (wanted.any_value || parameter.second == wanted.value);
  });
}

// How well a request fits an operation: 100 for each parameter in its URI, 1 for each required
// member in query or header that is there. nullopt: it does not. A required member that is missing
// rules an operation out, unless its URI already singles it out.
std::optional<int> fit(const Operation& operation, const http::Request& request,
                       const Parameters& parameters) {
  int score = 0;
  for (const Wanted& wanted : wanted_parameters(operation)) {
    if (!holds(parameters, wanted)) return std::nullopt;
    score += 100;
  }
  std::optional<Shape> input = operation.input();
  if (!input) return score;
  bool complete = true;
  int matched = 0;
  for (Member member : input->members()) {
    if (!member.required()) continue;
    bool present = true;
    if (member.location() == Location::kQuery) {
      present = holds(parameters, {member.wire_name(), {}, true});
    } else if (member.location() == Location::kHeader) {
      present = request.headers.find(member.wire_name()).has_value();
    } else {
      continue;
    }
    present ? ++matched : complete = false;
  }
  if (complete) return score + matched;
  return score > 0 ? std::optional(score - 10) : std::nullopt;
}

// True when a parameter of the request names a subresource at this level which the operation does
// not have: DELETE /b?acl is not DELETE /b.
bool ignores_subresource(const Service& service, const Operation& operation,
                         const Parameters& parameters) {
  std::vector<Wanted> own = wanted_parameters(operation);
  for (std::size_t i = 0; i < service.operation_count(); ++i) {
    Operation other = service.operation(i);
    if (other.path() != operation.path()) continue;
    for (const Wanted& wanted : wanted_parameters(other)) {
      if (!wanted.any_value || !holds(parameters, wanted)) continue;
      bool is_own = std::any_of(own.begin(), own.end(),
                                [&](const Wanted& mine) { return mine.name == wanted.name; });
      if (!is_own) return true;
    }
  }
  return false;
}

void set_address(Route& route, const http::Request& request,
                 const std::optional<std::string>& virtual_bucket) {
  std::string_view path = request.path;
  if (path.starts_with('/')) path.remove_prefix(1);
  std::string_view bucket;
  if (!virtual_bucket) {
    std::size_t slash = path.find('/');
    bucket = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  std::optional<std::string> key = uri_decode(path);
  std::optional<std::string> name = uri_decode(bucket);
  if (!key || !name || !is_utf8(*key) || !is_utf8(*name)) {
    throw AwsError("InvalidURI", 400, "Couldn't parse the specified URI.");
  }
  route.bucket = virtual_bucket ? *virtual_bucket : *std::move(name);
  route.key = *std::move(key);
}

std::string_view path_form(const Route& route) {
  if (!route.key.empty()) return kObjectPath;
  return route.bucket.empty() ? kServicePath : kBucketPath;
}

[[noreturn]] void refuse_method() {
  throw AwsError("MethodNotAllowed", 405,
                 "The specified method is not allowed against this resource.");
}

}  // namespace

std::optional<std::string> virtual_host_bucket(std::string_view host, std::string_view base) {
  std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  if (host.size() <= base.size() + 1) return std::nullopt;
  std::string_view tail = host.substr(host.size() - base.size());
  std::string_view bucket = host.substr(0, host.size() - base.size() - 1);
  if (host[bucket.size()] != '.' || !http::equal_ignoring_case(tail, base)) return std::nullopt;
  return to_lower(bucket);
}

Route match_rest_route(const Service& service, const http::Request& request,
                       const std::optional<std::string>& virtual_bucket) {
  Route route{service.operation(0), {}, {}};
  set_address(route, request, virtual_bucket);
  Parameters parameters = parse_form(request.query);
  for (std::string_view name : kNewerSubresources) {
    if (!holds(parameters, {name, {}, true})) continue;
    throw AwsError("NotImplemented", 501,
                   "The subresource " + std::string(name) + " is not implemented.");
  }
  std::optional<int> best;
  for (std::size_t i = 0; i < service.operation_count(); ++i) {
    Operation operation = service.operation(i);
    if (operation.method() != request.method || operation.path() != path_form(route)) continue;
    std::optional<int> score = fit(operation, request, parameters);
    // Of two that fit alike the later: PutBucketLifecycleConfiguration comes after its deprecated
    // namesake.
    if (!score || (best && *score < *best)) continue;
    best = score;
    route.operation = operation;
  }
  if (!best || ignores_subresource(service, route.operation, parameters)) refuse_method();
  return route;
}

}  // namespace sagebrush::aws
