#include "service/cloudwatch/metric_rules.h"

#include <algorithm>

#include "aws/aws_error.h"

namespace sagebrush::service::cloudwatch {

void refuse_value(const std::string& message) {
  throw aws::AwsError("InvalidParameterValue", 400, message);
}

void refuse_combination(const std::string& message) {
  throw aws::AwsError("InvalidParameterCombination", 400, message);
}

store::MetricKey key_of(const std::string& name_space, const std::string& name,
                        const std::vector<sagebrush::cloudwatch::Dimension>& dimensions,
                        const std::string& unit) {
  store::MetricKey key{.name_space = name_space, .name = name, .unit = unit, .dimensions = {}};
  for (const auto& dimension : dimensions) {
    key.dimensions.emplace_back(dimension.Name(), dimension.Value());
  }
  std::ranges::sort(key.dimensions);
  const auto twice =
      std::ranges::adjacent_find(key.dimensions, {}, [](const auto& pair) { return pair.first; });
  if (twice != key.dimensions.end()) {
    refuse_value("The parameter Dimensions names '" + twice->first + "' more than once.");
  }
  return key;
}

bool is_period(std::int64_t seconds) {
  return seconds == 1 || seconds == 5 || seconds == 10 || seconds == 30 ||
         (seconds > 0 && seconds % 60 == 0);
}

std::int64_t floor_to_period(std::int64_t seconds, std::int64_t period) {
  const std::int64_t rest = seconds % period;
  return seconds - (rest < 0 ? rest + period : rest);
}

}  // namespace sagebrush::service::cloudwatch
