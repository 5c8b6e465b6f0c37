#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/model.h"

namespace sagebrush::aws {

// A scalar as headers, query strings, forms and XML carry it, in canonical JSON. nullopt when the
// text is not of the shape's kind. Times may be ISO 8601, an HTTP date or seconds since 1970.
std::optional<boost::json::value> scalar_from_text(const Shape& shape, std::string_view text);

// How a protocol writes times where the shape does not say: "2026-01-31T12:00:00Z",
// "2026-01-31T12:00:00.000Z" (S3's), or an HTTP date.
enum class TimeStyle { kIsoSeconds, kIsoMilliseconds, kHttpDate };
std::string scalar_to_text(const Shape& shape, const boost::json::value& value, TimeStyle style);

// "1706700000.123", at most three digits after the point and at least one.
std::string seconds_to_text(double seconds);
// The shortest text that reads back as the same number, never without a point or exponent.
std::string real_to_text(double number);

}  // namespace sagebrush::aws
