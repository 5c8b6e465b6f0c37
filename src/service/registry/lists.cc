#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "service/registry/registry_call.h"

namespace sagebrush::service::registry {
namespace {

namespace json = boost::json;

constexpr int kLargestPage = 1000;

// ?n=: how many; more than the server's own page is cut to it, and the rest is behind the link.
int page_size(const RegistryCall& call) {
  if (!call.query.contains("n")) return kLargestPage;
  const auto n = parse_unsigned(call.query_value("n"));
  if (!n) {
    throw RegistryError("PAGINATION_NUMBER_INVALID", 400,
                        "?n= must be a number, not \"" + call.query_value("n") + "\"");
  }
  return static_cast<int>(std::min<std::uint64_t>(*n, kLargestPage));
}

// Cuts what was fetched beyond the page and says where the next one is.
void finish_page(http::Response& response, std::vector<std::string>& names, int size,
                 const std::string& path) {
  if (names.size() <= static_cast<std::size_t>(size)) return;
  names.resize(static_cast<std::size_t>(size));
  if (names.empty()) return;
  response.headers.set("Link", "<" + path + "?n=" + std::to_string(size) +
                                   "&last=" + uri_encode(names.back()) + ">; rel=\"next\"");
}

json::array array_of(const std::vector<std::string>& names) {
  return json::array(names.begin(), names.end());
}

}  // namespace

http::Response list_repositories(const RegistryCall& call) {
  const int size = page_size(call);
  std::vector<std::string> names;
  for (const auto& repository :
       call.house.images.repositories(call.query_value("last"), size + 1)) {
    names.push_back(repository.name);
  }
  http::Response response = json_response(200, "");
  finish_page(response, names, size, "/v2/_catalog");
  response.body = json::serialize(json::object{{"repositories", array_of(names)}});
  return response;
}

http::Response list_tags(const RegistryCall& call) {
  const int size = page_size(call);
  auto tags =
      call.value_of(call.house.images.tags(call.path.name, call.query_value("last"), size + 1));
  http::Response response = json_response(200, "");
  finish_page(response, tags, size, "/v2/" + call.path.name + "/tags/list");
  response.body = json::serialize(json::object{{"name", call.path.name}, {"tags", array_of(tags)}});
  return response;
}

// An index of what has the digest for its subject; empty when nothing has, also for a digest that
// is not here.
http::Response list_referrers(const RegistryCall& call) {
  const std::string wanted = call.query_value("artifactType");
  json::array manifests;
  for (const auto& image :
       call.value_of(call.house.images.referrers(call.path.name, call.path.reference))) {
    if (!wanted.empty() && image.artifact_type != wanted) continue;
    json::object entry{{"mediaType", image.media_type},
                       {"digest", image.digest},
                       {"size", static_cast<std::int64_t>(image.manifest_bytes)}};
    if (!image.artifact_type.empty()) entry["artifactType"] = image.artifact_type;
    if (image.annotations != "{}") entry["annotations"] = json::parse(image.annotations);
    manifests.push_back(std::move(entry));
  }
  http::Response response =
      json_response(200,
                    json::serialize(json::object{{"schemaVersion", 2},
                                                 {"mediaType", store::kOciIndex},
                                                 {"manifests", std::move(manifests)}}),
                    std::string(store::kOciIndex));
  if (!wanted.empty()) response.headers.set("OCI-Filters-Applied", "artifactType");
  return response;
}

}  // namespace sagebrush::service::registry
