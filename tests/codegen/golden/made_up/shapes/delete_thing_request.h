// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once

#include "aws/json_shape.h"

namespace sagebrush::made_up {

class DeleteThingRequest : public aws::JsonShape {
 public:
  DeleteThingRequest() = default;
  static DeleteThingRequest from_json(boost::json::object json);

  std::string Name() const;
  DeleteThingRequest& set_Name(std::string value);
  bool has_Name() const;

  std::optional<bool> Force() const;
  DeleteThingRequest& set_Force(std::optional<bool> value);
  bool has_Force() const;

  std::optional<std::map<std::string, std::string>> Meta() const;
  DeleteThingRequest& set_Meta(std::optional<std::map<std::string, std::string>> value);
  bool has_Meta() const;

 private:
  explicit DeleteThingRequest(boost::json::object object) : JsonShape(std::move(object)) {}
};

}  // namespace sagebrush::made_up
