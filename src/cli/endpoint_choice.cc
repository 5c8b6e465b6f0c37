#include "cli/endpoint_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace sagebrush::cli {

EndpointChoice choose_endpoint(std::string_view service, const std::string& flag,
                               const std::string& region,
                               const std::optional<ServerRecord>& local_server,
                               const Environment& environment) {
  if (!flag.empty()) return {flag, "--endpoint-url"};
  if (environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or("") != "true") {
    std::string variable = fmt::format("AWS_ENDPOINT_URL_{}", service);
    if (service == "logs") variable = "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS";  // by service id
    std::ranges::transform(variable, variable.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (auto url = environment(variable)) return {*url, variable};
    if (auto url = environment("AWS_ENDPOINT_URL")) return {*url, "AWS_ENDPOINT_URL"};
  }
  if (local_server) return {local_server->url, "the server of " + local_server->data_dir};
  return {aws_url(service, region), "AWS"};
}

std::string choose_region(const std::string& flag, const std::optional<ServerRecord>& local_server,
                          const Environment& environment) {
  if (!flag.empty()) return flag;
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto region = environment(variable)) return *region;
  }
  if (local_server && !local_server->region.empty()) return local_server->region;
  return "us-east-1";
}

std::string aws_url(std::string_view service, std::string_view region) {
  const std::string_view suffix = region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  if (service == "iam") {
    if (region.starts_with("cn-")) return "https://iam.cn-north-1.amazonaws.com.cn";
    if (region.starts_with("us-gov-")) return "https://iam.us-gov.amazonaws.com";
    return "https://iam.amazonaws.com";
  }
  const std::string_view host = service == "sagemaker" ? "api.sagemaker" : service;
  return fmt::format("https://{}.{}.{}", host, region, suffix);
}

}  // namespace sagebrush::cli
