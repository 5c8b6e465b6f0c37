#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generated/cloudwatch/shapes/dimension.h"
#include "store/metric_key.h"
#include "store/metric_point.h"

namespace sagebrush::store {
class Metrics;
}

namespace sagebrush::service::cloudwatch {

[[noreturn]] void refuse_value(const std::string& message);        // InvalidParameterValue
[[noreturn]] void refuse_combination(const std::string& message);  // InvalidParameterCombination

store::MetricKey key_of(const std::string& name_space, const std::string& name,
                        const std::vector<sagebrush::cloudwatch::Dimension>& dimensions,
                        const std::string& unit);

// Which periods there are: 1, 5, 10, 30 and multiples of 60 seconds.
bool is_period(std::int64_t seconds);
std::int64_t floor_to_period(std::int64_t seconds, std::int64_t period);

}  // namespace sagebrush::service::cloudwatch
