#include "cli/cloud.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <pugixml.hpp>

#include "base/error.h"
#include "base/file.h"
#include "cli/local_credentials.h"
#include "cli/local_server.h"

namespace sagebrush::cli {
namespace {

// The section that --profile names goes before keys in the environment, as with the AWS CLI.
std::optional<aws::Credentials> user_credentials(const std::string& profile,
                                                 const Environment& environment) {
  if (profile.empty()) return aws::find_credentials();
  const auto named = environment("AWS_SHARED_CREDENTIALS_FILE");
  const std::filesystem::path path =
      named ? *named : environment("HOME").value_or("") + "/.aws/credentials";
  auto found = aws::parse_credentials(read_file(path), profile, path.string());
  if (!found)
    throw ConfigurationError(fmt::format("{} has no section [{}]", path.string(), profile));
  return found;
}

}  // namespace

struct Cloud::Connections {
  std::map<std::string, aws::AwsClient, std::less<>> clients;  // by service
};

Cloud::Cloud(const GlobalOptions& options, const Environment& environment)
    : environment_(environment),
      endpoint_flag_(options.endpoint_url),
      local_server_(find_running_server(environment)),
      connections_(std::make_unique<Connections>()) {
  region_ = choose_region(options.region, local_server_, environment);
  // Keys of the local server are for it alone.
  const bool local = local_server_ && endpoint("sagemaker").url == local_server_->url;
  if (local && options.profile.empty() && !environment("AWS_ACCESS_KEY_ID")) {
    credentials_ = local_credentials(*local_server_, environment);
  } else if (auto found = user_credentials(options.profile, environment)) {
    credentials_ = *found;
  } else {
    throw ConfigurationError(
        "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or start a local server "
        "(sagebrush serve) "
        "and type eval \"$(sagebrush env)\"");
  }
}

Cloud::Cloud(const ServerRecord& server, const Environment& environment)
    : environment_([](const std::string&) { return std::nullopt; }),
      local_server_(server),
      region_(server.region),
      credentials_(local_credentials(server, environment)),
      connections_(std::make_unique<Connections>()) {}

Cloud::~Cloud() = default;

EndpointChoice Cloud::endpoint(std::string_view service) const {
  return choose_endpoint(service, endpoint_flag_, region_, local_server_, environment_);
}

http::Endpoint Cloud::http_endpoint(std::string_view service) const {
  http::Endpoint endpoint = http::parse_endpoint(this->endpoint(service).url);
  endpoint.ca_file = environment_("AWS_CA_BUNDLE").value_or("");
  return endpoint;
}

aws::AwsClient& Cloud::client(std::string_view service) {
  auto found = connections_->clients.find(service);
  if (found == connections_->clients.end()) {
    found = connections_->clients
                .emplace(service, aws::AwsClient(http_endpoint(service), credentials_, region_))
                .first;
  }
  return found->second;
}

boost::json::object Cloud::sagemaker(std::string_view operation, const boost::json::object& input) {
  return client("sagemaker").call("sagemaker", fmt::format("SageMaker.{}", operation), input);
}

boost::json::object Cloud::logs(std::string_view operation, const boost::json::object& input) {
  return client("logs").call("logs", fmt::format("Logs_20140328.{}", operation), input);
}

boost::json::object Cloud::cloudwatch(std::string_view operation,
                                      const boost::json::object& input) {
  return client("monitoring")
      .call("monitoring", fmt::format("GraniteServiceVersion20100801.{}", operation), input, "1.0");
}

const std::string& Cloud::account() {
  if (account_.empty()) {
    const std::string xml = client("sts").call_query("sts", "GetCallerIdentity", "2011-06-15", {});
    pugi::xml_document document;
    document.load_buffer(xml.data(), xml.size());
    account_ = document.child("GetCallerIdentityResponse")
                   .child("GetCallerIdentityResult")
                   .child_value("Account");
    if (account_.empty()) {
      throw Error(ErrorKind::kUnavailable, "STS answered GetCallerIdentity without an account");
    }
  }
  return account_;
}

std::string Cloud::default_bucket() {
  return fmt::format("sagemaker-{}-{}", region_, account());
}

aws::S3Client Cloud::s3() const {
  return aws::S3Client(http_endpoint("s3"), credentials_, region_);
}

}  // namespace sagebrush::cli
