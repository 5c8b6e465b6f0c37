#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/s3_client.h"
#include "cli/endpoint_choice.h"

namespace sagebrush::cli {

// Flags that every command takes.
struct GlobalOptions {
  std::string endpoint_url;
  std::string region;
  std::string profile;
  std::string output = "table";  // or "json"
  bool no_color = false;
  bool quiet = false;
};

// No credentials or no server where one is needed: exit code 253.
class ConfigurationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The AWS API as this command reaches it: endpoints, region and keys decided once. For one thread;
// s3() gives each thread its own. Calls throw aws::AwsError for what the service answers,
// Error{kUnavailable} when it can't be reached.
class Cloud {
 public:
  // Throws ConfigurationError when there are no credentials, Error{kInvalid} on a broken file or
  // URL.
  Cloud(const GlobalOptions& options, const Environment& environment);
  // One server, whatever the environment says.
  Cloud(const ServerRecord& server, const Environment& environment);
  ~Cloud();

  boost::json::object sagemaker(std::string_view operation, const boost::json::object& input);
  boost::json::object logs(std::string_view operation, const boost::json::object& input);
  boost::json::object cloudwatch(std::string_view operation, const boost::json::object& input);
  // Of STS, asked once.
  const std::string& account();
  // "sagemaker-<region>-<account>", where the SDK puts things too.
  std::string default_bucket();
  aws::S3Client s3() const;
  const std::string& region() const { return region_; }
  const aws::Credentials& credentials() const { return credentials_; }
  EndpointChoice endpoint(std::string_view service) const;
  bool is_aws() const { return endpoint("sagemaker").source == "AWS"; }

 private:
  struct Connections;
  http::Endpoint http_endpoint(std::string_view service) const;
  aws::AwsClient& client(std::string_view service);

  Environment environment_;
  std::string endpoint_flag_;
  std::optional<ServerRecord> local_server_;
  std::string region_;
  aws::Credentials credentials_;
  std::string account_;
  std::unique_ptr<Connections> connections_;
};

}  // namespace sagebrush::cli
