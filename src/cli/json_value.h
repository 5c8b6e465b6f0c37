#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

// Reading of answers, where any member may be missing.
namespace sagebrush::cli {

// "" when absent or no string.
std::string text_at(const boost::json::object& object, std::string_view name);
// Seconds since 1970 (integer or real) or ISO 8601 text; nullopt when absent.
std::optional<Time> time_at(const boost::json::object& object, std::string_view name);
std::optional<std::int64_t> integer_at(const boost::json::object& object, std::string_view name);
// An empty one when absent or of another kind.
const boost::json::object& object_at(const boost::json::object& object, std::string_view name);
const boost::json::array& array_at(const boost::json::object& object, std::string_view name);

// Indented by two, one member a line, ends in a newline.
std::string pretty_json(const boost::json::value& value);

// The same value with members whose names end in "Time" turned from seconds into ISO 8601 text, at
// any depth.
boost::json::value with_iso_times(boost::json::value value);

}  // namespace sagebrush::cli
