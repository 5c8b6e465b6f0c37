#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "aws/model.h"

namespace sagebrush::http {
struct Response;
}
namespace sagebrush::aws {
class BodySink;
}

namespace sagebrush::service {

struct Call;

enum class OperationKind : std::uint8_t {
  kPlain,            // canonical JSON in, canonical JSON out
  kStreamingInput,   // the body goes to a sink that makes the answer
  kStreamingOutput,  // the handler makes the whole answer
};

// One row of operations.list, bound to its handler. The pointer of its kind is set, the others are
// null.
struct Implementation {
  std::string_view name;
  std::uint16_t operation;  // index in its service's model
  OperationKind kind;
  boost::json::object (*plain)(Call& call, boost::json::object&& input);
  std::unique_ptr<aws::BodySink> (*streaming_input)(std::shared_ptr<Call> call,
                                                    boost::json::object&& input);
  http::Response (*streaming_output)(Call& call, boost::json::object&& input);
};

// In the order of operations.list; empty for a service without any.
std::span<const Implementation> implementations(const aws::Service& service);

// nullptr: known to the model, not implemented.
inline const Implementation* find_implementation(const aws::Operation& operation) {
  for (const Implementation& row : implementations(operation.service())) {
    if (row.operation == operation.index()) return &row;
  }
  return nullptr;
}

}  // namespace sagebrush::service
