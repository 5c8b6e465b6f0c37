#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credentials.h"
#include "http/client.h"

namespace sagebrush::aws {

// Signs requests and sends them to one endpoint. Blocking; for one thread at a time. Every call
// throws AwsError for what the service answers and Error{kUnavailable} when it can't be reached;
// what may be done twice is tried three times before that.
class AwsClient {
 public:
  AwsClient(http::Endpoint endpoint, Credentials credentials, std::string region);

  const http::Endpoint& endpoint() const { return http_.endpoint(); }
  const std::string& region() const { return region_; }
  void set_credentials(Credentials credentials) { credentials_ = std::move(credentials); }

  // JSON protocol. target: "SageMaker.DescribeTrainingJob". version: of JSON, "1.0" or "1.1".
  boost::json::object call(std::string_view service, std::string_view target,
                           const boost::json::object& input, std::string_view version = "1.1");

  // Query protocol (iam, sts). Gives the XML of the answer.
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  std::string call_query(std::string_view service, std::string_view action,
                         std::string_view api_version, const Parameters& parameters);

  struct Exchange {
    std::string service;
    http::ClientRequest request;
    std::string payload_hash;  // hex SHA-256 of the body, or "UNSIGNED-PAYLOAD"
    bool repeatable = false;   // doing it twice is as doing it once
  };
  // Gives answers of any status. A 2xx body goes to `sink` when there is one; nothing is tried
  // again once it got bytes.
  http::ClientResponse send(const Exchange& exchange, const http::BodySink& sink = {});

 private:
  http::Client http_;
  Credentials credentials_;
  std::string region_;
};

}  // namespace sagebrush::aws
