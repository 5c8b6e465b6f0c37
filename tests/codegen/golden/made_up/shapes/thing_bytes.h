// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once

#include "aws/json_shape.h"

namespace sagebrush::made_up {

class ThingBytes : public aws::JsonShape {
 public:
  ThingBytes() = default;
  static ThingBytes from_json(boost::json::object json);

  std::string Name() const;
  ThingBytes& set_Name(std::string value);
  bool has_Name() const;

  std::optional<std::int64_t> Size() const;
  ThingBytes& set_Size(std::optional<std::int64_t> value);
  bool has_Size() const;

 private:
  explicit ThingBytes(boost::json::object object) : JsonShape(std::move(object)) {}
};

}  // namespace sagebrush::made_up
