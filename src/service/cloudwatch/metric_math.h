#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// CloudWatch's metric math, the arithmetic part: + - * / ^, numbers, ids, parentheses, unary minus,
// and of its functions ABS, CEIL, FLOOR, AVG, MAX, MIN, SUM and METRICS.
namespace sagebrush::service::cloudwatch {

using TimeSeries = std::map<std::int64_t, double>;  // by seconds since 1970
using MathValue = std::variant<double, TimeSeries, std::vector<TimeSeries>>;

// What the expression may speak of.
struct MathScope {
  std::function<MathValue(const std::string& id)> find;  // throws when there is none
  // Of the request's metrics, those with `part` in their ids; all for "".
  std::function<std::vector<TimeSeries>(const std::string& part)> metrics;
};

// Throws Error{kInvalid} that says what is wrong, or not served, and where.
MathValue evaluate(std::string_view expression, const MathScope& scope);

}  // namespace sagebrush::service::cloudwatch
