#pragma once

#include <boost/json/value.hpp>
#include <optional>

namespace sagebrush::vision {

// A number as text that reads back as the same double: Boost.JSON reads some numbers of 17 digits a
// bit off.
boost::json::value exact(double value);

// What exact() wrote, or a plain JSON number; nullopt for anything else.
std::optional<double> exact_number(const boost::json::value& value);

}  // namespace sagebrush::vision
