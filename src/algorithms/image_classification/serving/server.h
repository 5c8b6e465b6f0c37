#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sagebrush::vision {

struct ServingOptions {
  std::string address = "0.0.0.0";
  std::uint16_t port = 8080;
  int workers = 1;
};

// Answers one request: the body's type, the body, how many classes to name. Throws
// std::invalid_argument with words for the client when the request is wrong. Called by several
// threads at once.
using Answer = std::function<std::string(const std::string& content_type,
                                         const std::vector<std::uint8_t>& body, std::size_t top)>;

// SageMaker's contract for models: GET /ping is 200, POST /invocations answers JSON. Returns when
// the process is asked to end (SIGTERM, SIGINT). Throws when it cannot listen.
// X-Amzn-SageMaker-Custom-Attributes: top_k=N says how many classes to name (5).
void serve(const ServingOptions& options, const Answer& answer);

}  // namespace sagebrush::vision
