#include "algorithms/image_classification/exact_number.h"

#include <charconv>
#include <string_view>

#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {

boost::json::value exact(double value) {
  return boost::json::value(shortest(value));
}

std::optional<double> exact_number(const boost::json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string_view text(value.get_string().data(), value.get_string().size());
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace sagebrush::vision
