#pragma once

#include <filesystem>
#include <string>

#include "http/message.h"
#include "service/house.h"

namespace sagebrush::server {

// Who may read GET /metrics.
enum class MetricsAccess { kToken, kLoopback, kOff };
// "token", "loopback", "off". Throws Error{kInvalid}.
MetricsAccess parse_metrics_access(const std::string& text);

// "/metrics" without a signature: a bucket may have the same name, and those who want that sign.
bool is_prometheus_request(const http::Request& request);

// Reads DATA/metrics-token, made when missing, for its owner alone: what kToken wants to see as
// "Authorization: Bearer …".
std::string settle_metrics_token(const std::filesystem::path& data_dir);

// The server and its running jobs in Prometheus' text format.
http::Response answer_prometheus(service::House& house, MetricsAccess access,
                                 const std::string& token, const http::Request& request);

}  // namespace sagebrush::server
