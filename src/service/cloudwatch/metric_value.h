#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace sagebrush::service::cloudwatch {

using TimeSeries = std::map<std::int64_t, double>;  // by seconds since 1970

// One of an array, with what tells it from the others.
struct NamedSeries {
  std::string name;
  TimeSeries series;
};
using SeriesList = std::vector<NamedSeries>;

// What an expression of metric math comes to.
using MathValue = std::variant<double, TimeSeries, SeriesList>;

}  // namespace sagebrush::service::cloudwatch
