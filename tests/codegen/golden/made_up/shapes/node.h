// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once

#include "aws/json_shape.h"

namespace sagebrush::made_up {

class Node : public aws::JsonShape {
 public:
  Node() = default;
  static Node from_json(boost::json::object json);

  std::optional<std::string> Node_() const;
  Node& set_Node(std::optional<std::string> value);
  bool has_Node() const;

  std::optional<std::vector<::sagebrush::made_up::Node>> Children() const;
  Node& set_Children(std::optional<std::vector<::sagebrush::made_up::Node>> value);
  bool has_Children() const;

  std::optional<std::string> Thumbnail() const;
  Node& set_Thumbnail(std::optional<std::string> value);
  bool has_Thumbnail() const;

 private:
  explicit Node(boost::json::object object) : JsonShape(std::move(object)) {}
};

}  // namespace sagebrush::made_up
