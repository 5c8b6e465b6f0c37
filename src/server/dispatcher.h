#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "aws/sigv4.h"
#include "http/message.h"
#include "server/prometheus.h"
#include "service/call.h"

namespace sagebrush::server {

struct DispatcherSettings {
  std::string domain;  // for virtual-host style buckets
  std::vector<std::string> public_read_buckets;
  MetricsAccess metrics_access = MetricsAccess::kToken;
  std::string metrics_token;
};

// The way of every request (ARCHITECTURE.md, "Life of a request"): service, signature, operation,
// handler, answer; the catch site of all that handlers throw.
class Dispatcher : public http::Handler {
 public:
  Dispatcher(service::House& house, DispatcherSettings settings)
      : house_(house), settings_(std::move(settings)) {}

  std::variant<http::Response, std::unique_ptr<http::Receiver>> begin(
      std::shared_ptr<const http::Request> request) override;
  bool brief(const http::Request& request) const override;

 private:
  service::House& house_;
  DispatcherSettings settings_;
};

}  // namespace sagebrush::server
