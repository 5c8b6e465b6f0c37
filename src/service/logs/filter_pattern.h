#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/logs/json_pattern.h"

namespace sagebrush::service::logs {

// CloudWatch Logs' filter syntax for unstructured and JSON events:
//   a "b c"   all of them       -a   not this       ?a ?b   any of these       { $.x = "y" }
//   json_pattern.h
// Text compares with case. Patterns of space-delimited fields ([a, b]) and regular expressions
// (%a%) are not taken.
class FilterPattern {
 public:
  // Throws AwsError{InvalidParameterException} for a pattern that is broken or not taken.
  static FilterPattern parse(std::string_view text);

  bool matches_all() const { return !json_ && all_.empty() && any_.empty() && none_.empty(); }
  bool matches(std::string_view message) const;

 private:
  std::vector<std::string> all_;
  std::vector<std::string> any_;
  std::vector<std::string> none_;
  std::shared_ptr<const JsonPattern> json_;
};

}  // namespace sagebrush::service::logs
