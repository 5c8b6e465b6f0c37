#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sagebrush::store {

// What names one series: CloudWatch's four parts. Dimensions are sorted by name.
struct MetricKey {
  std::string name_space;
  std::string name;
  std::string unit = "None";
  std::vector<std::pair<std::string, std::string>> dimensions;

  bool operator==(const MetricKey&) const = default;

  // The key as one text, different for different keys; keys of one namespace share a start.
  std::string text() const;
  static std::string start_of(std::string_view name_space);
  // Throws Error{kInternal} for what text() did not make.
  static MetricKey from_text(std::string_view text);
};

}  // namespace sagebrush::store
