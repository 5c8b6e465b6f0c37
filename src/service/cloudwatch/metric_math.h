#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "service/cloudwatch/metric_value.h"

// CloudWatch's metric math: + - * / ^, comparisons, AND and OR, numbers, ids, parentheses, unary
// minus, and of its functions those that metric_functions.h names, METRICS, PERIOD, FILL and
// TIME_SERIES.
namespace sagebrush::service::cloudwatch {

// What the expression may speak of.
struct MathScope {
  std::function<MathValue(const std::string& id)> find;  // throws when there is none
  // Of the request's metrics, those with `part` in their ids; all for "".
  std::function<SeriesList(const std::string& part)> metrics;
  // Seconds between the points of what has the id; of the request's metrics the least for "".
  std::function<std::int64_t(const std::string& id)> period;
  // The moments that are asked for: from_s <= moment < to_s.
  std::int64_t from_s = 0;
  std::int64_t to_s = 0;
};

// Throws Error{kInvalid} that says what is wrong, or not served, and where.
MathValue evaluate(std::string_view expression, const MathScope& scope);

}  // namespace sagebrush::service::cloudwatch
