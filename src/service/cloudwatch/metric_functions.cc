#include "service/cloudwatch/metric_functions.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"

namespace sagebrush::service::cloudwatch {
namespace {

constexpr std::int64_t kMostMoments = 100'800;  // CloudWatch's most datapoints

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::kInvalid, why);
}

double apply(std::string_view op, double a, double b) {
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "/") return a / b;
  if (op == "^") return std::pow(a, b);
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  if (op == ">=") return a >= b;
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  return op == "AND" ? a != 0 && b != 0 : a != 0 || b != 0;
}

TimeSeries combine(std::string_view op, const TimeSeries& a, const TimeSeries& b) {
  TimeSeries out;
  for (const auto& [time, value] : a) {
    const auto other = b.find(time);
    if (other == b.end()) continue;
    const double result = apply(op, value, other->second);
    if (std::isfinite(result)) out.emplace_hint(out.end(), time, result);
  }
  return out;
}

TimeSeries map(const TimeSeries& series, const std::function<double(double)>& change) {
  TimeSeries out;
  for (const auto& [time, value] : series) {
    const double result = change(value);
    if (std::isfinite(result)) out.emplace_hint(out.end(), time, result);
  }
  return out;
}

// Of a series, or of each of an array.
MathValue each(const MathValue& value, const std::string& function,
               const std::function<TimeSeries(const TimeSeries&)>& change) {
  if (const auto* series = std::get_if<TimeSeries>(&value)) return change(*series);
  const auto* list = std::get_if<SeriesList>(&value);
  if (!list) refuse(function + " takes a time series or an array of them");
  SeriesList out;
  for (const auto& [name, series] : *list) out.push_back({name, change(series)});
  return out;
}

MathValue each_value(const MathValue& value, const std::string& function,
                     double (*change)(double)) {
  if (const auto* number = std::get_if<double>(&value)) return change(*number);
  return each(value, function, [&](const TimeSeries& series) { return map(series, change); });
}

// What `change` makes of each point and the one before it.
MathValue pairwise(const MathValue& value, const std::string& function,
                   const std::function<double(double difference, double seconds)>& change) {
  return each(value, function, [&](const TimeSeries& series) {
    TimeSeries out;
    for (auto at = series.begin(); at != series.end() && std::next(at) != series.end(); ++at) {
      const auto next = std::next(at);
      out.emplace_hint(
          out.end(), next->first,
          change(next->second - at->second, static_cast<double>(next->first - at->first)));
    }
    return out;
  });
}

TimeSeries running_sum(const TimeSeries& series) {
  double sum = 0;
  return map(series, [&](double value) { return sum += value; });
}

double fold(const std::string& function, const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  if (function == "SUM") return sum;
  if (function == "AVG") return sum / count;
  if (function == "MIN") return *std::ranges::min_element(values);
  if (function == "MAX") return *std::ranges::max_element(values);
  double squares = 0;  // STDDEV: of all values, not of a sample
  for (const double value : values) squares += (value - sum / count) * (value - sum / count);
  return std::sqrt(squares / count);
}

// Of a series one number; of several a series, over those that have the moment.
MathValue aggregate(const std::string& function, const MathValue& value) {
  if (const auto* series = std::get_if<TimeSeries>(&value)) {
    std::vector<double> values;
    for (const auto& [time, one] : *series) values.push_back(one);
    return values.empty() ? MathValue(TimeSeries()) : MathValue(fold(function, values));
  }
  const auto* list = std::get_if<SeriesList>(&value);
  if (!list) refuse(function + " takes a time series or an array of them");
  std::map<std::int64_t, std::vector<double>> by_time;
  for (const auto& [name, series] : *list) {
    for (const auto& [time, one] : series) by_time[time].push_back(one);
  }
  TimeSeries out;
  for (const auto& [time, values] : by_time) out.emplace(time, fold(function, values));
  return out;
}

// A number at any moment, a series at those that it has.
std::optional<double> value_at(const MathValue& value, std::int64_t time) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const auto* series = std::get_if<TimeSeries>(&value);
  if (!series) refuse("an array of time series can't stand there");
  const auto found = series->find(time);
  return found == series->end() ? std::nullopt : std::optional(found->second);
}

// IF(condition, then[, else]); without `else` the other moments are left out.
MathValue choose(const std::vector<MathValue>& arguments) {
  if (arguments.size() < 2 || arguments.size() > 3) refuse("IF takes two or three arguments");
  if (const auto* condition = std::get_if<double>(&arguments[0])) {
    if (*condition != 0) return arguments[1];
    return arguments.size() == 3 ? arguments[2] : MathValue(TimeSeries());
  }
  const auto* condition = std::get_if<TimeSeries>(&arguments[0]);
  if (!condition) refuse("the condition of IF must be a number or a time series");
  TimeSeries out;
  for (const auto& [time, holds] : *condition) {
    if (holds == 0 && arguments.size() < 3) continue;
    const auto value = value_at(arguments[holds != 0 ? 1 : 2], time);
    if (value) out.emplace_hint(out.end(), time, *value);
  }
  return out;
}

MathValue first_or_last(const std::string& function, const MathValue& value) {
  const auto* list = std::get_if<SeriesList>(&value);
  if (!list) refuse(function + " takes an array of time series");
  if (list->empty()) return TimeSeries();
  return (function == "FIRST" ? list->front() : list->back()).series;
}

std::int64_t floor_to(std::int64_t time, std::int64_t step) {
  return time - ((time % step) + step) % step;
}

std::int64_t first_moment(const MathGrid& grid) {
  if ((grid.to_s - grid.from_s) / grid.step_s > kMostMoments) {
    refuse("it would have more than 100800 datapoints");
  }
  return floor_to(grid.from_s, grid.step_s);
}

TimeSeries fill_one(const TimeSeries& series, FillRule rule, const MathValue& by,
                    const MathGrid& grid) {
  TimeSeries out = series;
  for (std::int64_t time = first_moment(grid); time < grid.to_s; time += grid.step_s) {
    const auto next = series.lower_bound(time);
    if (next != series.end() && next->first == time) continue;
    if (rule == FillRule::kValue) {
      if (const auto value = value_at(by, time)) out.emplace(time, *value);
      continue;
    }
    if (next == series.begin()) continue;  // nothing came before
    const auto& [before, value] = *std::prev(next);
    if (rule == FillRule::kRepeat) {
      out.emplace(time, value);
    } else if (next != series.end()) {
      const double part =
          static_cast<double>(time - before) / static_cast<double>(next->first - before);
      out.emplace(time, value + (next->second - value) * part);
    }
  }
  return out;
}

}  // namespace

MathValue operate(std::string_view op, const MathValue& a, const MathValue& b) {
  if (std::holds_alternative<SeriesList>(b)) {
    refuse("an array of time series can't be on the right of an operator");
  }
  if (const auto* list = std::get_if<SeriesList>(&a)) {
    SeriesList out;
    for (const auto& [name, series] : *list) {
      out.push_back({name, std::get<TimeSeries>(operate(op, series, b))});
    }
    return out;
  }
  const auto* x = std::get_if<double>(&a);
  const auto* y = std::get_if<double>(&b);
  if (x && y) return apply(op, *x, *y);
  if (x) {
    return map(std::get<TimeSeries>(b), [&](double value) { return apply(op, *x, value); });
  }
  const auto& series = std::get<TimeSeries>(a);
  if (y) return map(series, [&](double value) { return apply(op, value, *y); });
  return combine(op, series, std::get<TimeSeries>(b));
}

std::optional<MathValue> call_function(const std::string& name,
                                       const std::vector<MathValue>& arguments) {
  if (name == "IF") return choose(arguments);
  if (arguments.size() != 1) refuse(name + " takes one argument");
  const MathValue& value = arguments[0];
  if (name == "ABS") return each_value(value, name, [](double x) { return std::abs(x); });
  if (name == "CEIL") return each_value(value, name, [](double x) { return std::ceil(x); });
  if (name == "FLOOR") return each_value(value, name, [](double x) { return std::floor(x); });
  if (name == "LOG") return each_value(value, name, [](double x) { return std::log(x); });
  if (name == "LOG10") return each_value(value, name, [](double x) { return std::log10(x); });
  if (name == "DIFF") return pairwise(value, name, [](double by, double) { return by; });
  if (name == "DIFF_TIME") return pairwise(value, name, [](double, double s) { return s; });
  if (name == "RATE") return pairwise(value, name, [](double by, double s) { return by / s; });
  if (name == "RUNNING_SUM") return each(value, name, running_sum);
  if (name == "FIRST" || name == "LAST") return first_or_last(name, value);
  for (const char* folding : {"AVG", "MAX", "MIN", "STDDEV", "SUM"}) {
    if (name == folding) return aggregate(name, value);
  }
  return std::nullopt;
}

MathValue fill(const MathValue& value, FillRule rule, const MathValue& by, const MathGrid& grid) {
  return each(value, "FILL",
              [&](const TimeSeries& series) { return fill_one(series, rule, by, grid); });
}

TimeSeries constant_series(double value, const MathGrid& grid) {
  return fill_one({}, FillRule::kValue, value, grid);
}

}  // namespace sagebrush::service::cloudwatch
