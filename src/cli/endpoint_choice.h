#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/environment.h"

namespace sagebrush::cli {

// What the server writes into its data folder while it runs (DATA/server.json), with where it was
// found.
struct ServerRecord {
  std::string url;      // "http://127.0.0.1:9000"
  std::string tls_url;  // "" when it has none
  std::string ca_file;
  std::string region;
  std::string account;
  int pid = 0;
  std::string data_dir;
};

struct EndpointChoice {
  std::string url;
  // Which word was heard: "--endpoint-url", "AWS_ENDPOINT_URL_SAGEMAKER", "AWS_ENDPOINT_URL", "the
  // server of DIR", "AWS".
  std::string source;
};

// service: the model's name ("sagemaker", "s3", "logs", "iam", "sts"). First found wins: the flag,
// AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the local server, else AWS's own host of the
// region. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true skips the variables.
EndpointChoice choose_endpoint(std::string_view service, const std::string& flag,
                               const std::string& region,
                               const std::optional<ServerRecord>& local_server,
                               const Environment& environment);

// --region, AWS_REGION, AWS_DEFAULT_REGION, the local server's, else us-east-1.
std::string choose_region(const std::string& flag, const std::optional<ServerRecord>& local_server,
                          const Environment& environment);

// The host of AWS itself: "https://sagemaker.eu-west-1.amazonaws.com"; IAM is global, China has a
// suffix of its own.
std::string aws_url(std::string_view service, std::string_view region);

}  // namespace sagebrush::cli
