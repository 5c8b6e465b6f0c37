#include "cli/shell_exports.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cli/json_value.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kRegions[] = {
    "af-south-1",     "ap-east-1",    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1",     "ap-south-2",   "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ca-central-1", "ca-west-1",      "eu-central-1",   "eu-central-2",
    "eu-north-1",     "eu-south-1",   "eu-south-2",     "eu-west-1",      "eu-west-2",
    "eu-west-3",      "il-central-1", "me-central-1",   "me-south-1",     "sa-east-1",
    "us-east-1",      "us-east-2",    "us-west-1",      "us-west-2"};

constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+=,";

std::string export_line(std::string_view name, std::string_view value) {
  return fmt::format("export {}={}\n", name, shell_quote(value));
}

std::string_view host_and_port(std::string_view url) {
  url.remove_prefix(url.find("://") == std::string_view::npos ? 0 : url.find("://") + 3);
  return url.substr(0, url.find('/'));
}

}  // namespace

std::string shell_quote(std::string_view text) {
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos)
    return std::string(text);
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted.push_back(c);
  }
  return quoted + "'";
}

std::string shell_exports(const ServerRecord& server, const aws::Credentials& credentials) {
  return export_line("AWS_ENDPOINT_URL", server.url) +
         export_line("AWS_ACCESS_KEY_ID", credentials.access_key_id) +
         export_line("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key) +
         export_line("AWS_DEFAULT_REGION", server.region) +
         export_line("AWS_REGION", server.region);
}

std::string sdk_endpoints_json(std::string_view tls_url) {
  json::object regions;
  json::object sts;
  for (std::string_view region : kRegions) {
    regions[region] = {{"description", region}};
    sts[region] = {{"hostname", host_and_port(tls_url)}};
  }
  const json::object partition{{"partition", "aws"},
                               {"partitionName", "AWS Standard"},
                               {"dnsSuffix", "amazonaws.com"},
                               {"regionRegex", "^(us|eu|ap|sa|ca|me|af|il|mx)\\-\\w+\\-\\d+$"},
                               {"defaults",
                                {{"hostname", "{service}.{region}.{dnsSuffix}"},
                                 {"protocols", json::array{"https"}},
                                 {"signatureVersions", json::array{"v4"}}}},
                               {"regions", std::move(regions)},
                               {"services",
                                {{"sts", {{"endpoints", std::move(sts)}}},
                                 {"iam",
                                  {{"isRegionalized", false},
                                   {"partitionEndpoint", "aws-global"},
                                   {"endpoints",
                                    {{"aws-global",
                                      {{"hostname", "iam.amazonaws.com"},
                                       {"credentialScope", {{"region", "us-east-1"}}}}}}}}},
                                 {"s3",
                                  {{"defaults",
                                    {{"protocols", json::array{"http", "https"}},
                                     {"signatureVersions", json::array{"s3v4"}}}},
                                   {"endpoints", json::object{}}}}}}};
  return pretty_json(json::object{{"version", 3}, {"partitions", json::array{partition}}});
}

}  // namespace sagebrush::cli
