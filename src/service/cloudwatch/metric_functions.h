#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/cloudwatch/metric_value.h"

// The operators and functions of metric math, on values. All throw Error{kInvalid} where a value is
// of the wrong kind.
namespace sagebrush::service::cloudwatch {

// op: "+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "!=", "AND", "OR"; comparisons give 1
// and 0. Of two series the moments that both have; what is not a number (a division by 0) is left
// out, as CloudWatch does.
MathValue operate(std::string_view op, const MathValue& a, const MathValue& b);

// ABS, AVG, CEIL, DIFF, DIFF_TIME, FIRST, FLOOR, IF, LAST, LOG, LOG10, MAX, MIN, RATE, RUNNING_SUM,
// STDDEV, SUM. nullopt when there is no such function.
std::optional<MathValue> call_function(const std::string& name,
                                       const std::vector<MathValue>& arguments);

// Moments of FILL and TIME_SERIES: every step_s from from_s on, before to_s.
struct MathGrid {
  std::int64_t from_s = 0;
  std::int64_t to_s = 0;
  std::int64_t step_s = 60;
};

// What stands in for a missing point: a value, the one before, or what lies between the neighbours.
enum class FillRule { kValue, kRepeat, kLinear };

// by: used by kValue alone; a number, or a series, whose gaps stay.
MathValue fill(const MathValue& value, FillRule rule, const MathValue& by, const MathGrid& grid);
TimeSeries constant_series(double value, const MathGrid& grid);

}  // namespace sagebrush::service::cloudwatch
