#include "cli/accuracy.h"

#include <boost/json/array.hpp>
#include <charconv>
#include <string>

#include "cli/json_value.h"

namespace sagebrush::cli {
namespace {

constexpr std::string_view kNames[] = {"test_accuracy", "validation_accuracy"};

std::optional<double> number_after(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(name);
  if (at == std::string_view::npos || (at > 0 && line[at - 1] != ' ')) return std::nullopt;
  line.remove_prefix(at + name.size());
  if (!line.starts_with('=')) return std::nullopt;
  line.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> accuracy_in(std::string_view line) {
  for (std::string_view name : kNames) {
    if (auto value = number_after(line, name)) return value;
  }
  return std::nullopt;
}

std::optional<double> final_accuracy(const boost::json::object& description) {
  for (std::string_view name :
       {"test:accuracy", "test_accuracy", "validation:accuracy", "validation_accuracy"}) {
    for (const boost::json::value& item : array_at(description, "FinalMetricDataList")) {
      const boost::json::object& metric = item.as_object();
      const boost::json::value* value = metric.if_contains("Value");
      if (text_at(metric, "MetricName") == name && value != nullptr && value->is_number()) {
        return value->to_number<double>();
      }
    }
  }
  return std::nullopt;
}

}  // namespace sagebrush::cli
