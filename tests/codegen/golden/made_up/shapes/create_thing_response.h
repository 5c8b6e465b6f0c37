// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once

#include "aws/json_shape.h"

namespace sagebrush::made_up {

class Node;

class CreateThingResponse : public aws::JsonShape {
 public:
  CreateThingResponse() = default;
  static CreateThingResponse from_json(boost::json::object json);

  std::optional<::sagebrush::made_up::Node> Node() const;
  CreateThingResponse& set_Node(std::optional<::sagebrush::made_up::Node> value);
  bool has_Node() const;

 private:
  explicit CreateThingResponse(boost::json::object object) : JsonShape(std::move(object)) {}
};

}  // namespace sagebrush::made_up
