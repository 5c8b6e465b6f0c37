#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace sagebrush::aws {

// Base of the generated accessor classes: owns one structure as canonical JSON (ARCHITECTURE.md).
class JsonShape {
 public:
  const boost::json::object& json() const { return object_; }
  boost::json::object take() && { return std::move(object_); }
  // Looks up a member that may be newer than the model.
  bool has(std::string_view member) const { return object_.contains(member); }

 protected:
  JsonShape() = default;
  explicit JsonShape(boost::json::object object) : object_(std::move(object)) {}

  boost::json::object object_;
};

}  // namespace sagebrush::aws
