#include "service/cloudwatch/metric_math.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace sagebrush::service::cloudwatch {
namespace {

constexpr int kDeepest = 64;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::kInvalid, why);
}

double apply(char op, double a, double b) {
  switch (op) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    default: return std::pow(a, b);
  }
}

// Moments that both have; what is not a number (a division by 0) is left out, as CloudWatch does.
TimeSeries combine(char op, const TimeSeries& a, const TimeSeries& b) {
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

MathValue operate(char op, const MathValue& a, const MathValue& b) {
  if (std::holds_alternative<std::vector<TimeSeries>>(b)) {
    refuse("an array of time series can't be on the right of an operator");
  }
  if (const auto* list = std::get_if<std::vector<TimeSeries>>(&a)) {
    std::vector<TimeSeries> out;
    for (const TimeSeries& one : *list) out.push_back(std::get<TimeSeries>(operate(op, one, b)));
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

double fold(const std::string& function, const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  if (function == "SUM") return sum;
  if (function == "AVG") return sum / static_cast<double>(values.size());
  return function == "MIN" ? *std::ranges::min_element(values) : *std::ranges::max_element(values);
}

// Of a series one number; of several a series, over those that have the moment.
MathValue aggregate(const std::string& function, const MathValue& value) {
  if (const auto* series = std::get_if<TimeSeries>(&value)) {
    std::vector<double> values;
    for (const auto& [time, one] : *series) values.push_back(one);
    return values.empty() ? MathValue(TimeSeries()) : MathValue(fold(function, values));
  }
  const auto* list = std::get_if<std::vector<TimeSeries>>(&value);
  if (!list) refuse(function + " takes a time series or an array of them");
  std::map<std::int64_t, std::vector<double>> by_time;
  for (const TimeSeries& series : *list) {
    for (const auto& [time, one] : series) by_time[time].push_back(one);
  }
  TimeSeries out;
  for (const auto& [time, values] : by_time) out.emplace(time, fold(function, values));
  return out;
}

MathValue each(const MathValue& value, double (*change)(double)) {
  if (const auto* number = std::get_if<double>(&value)) return change(*number);
  if (const auto* series = std::get_if<TimeSeries>(&value)) return map(*series, change);
  std::vector<TimeSeries> out;
  for (const TimeSeries& one : std::get<std::vector<TimeSeries>>(value)) {
    out.push_back(map(one, change));
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, const MathScope& scope) : text_(text), scope_(scope) {}

  MathValue whole() {
    MathValue value = sum();
    if (peek() != '\0') refuse("unexpected '" + std::string(1, peek()) + "'" + here());
    return value;
  }

 private:
  std::string here() const { return " at character " + std::to_string(at_ + 1); }

  char peek() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }
  void need(char wanted) {
    if (!take(wanted)) refuse("'" + std::string(1, wanted) + "' is missing" + here());
  }

  MathValue sum() {
    MathValue left = product();
    for (;;) {
      const char op = peek();
      if (op != '+' && op != '-') return left;
      ++at_;
      left = operate(op, left, product());
    }
  }

  MathValue product() {
    MathValue left = power();
    for (;;) {
      const char op = peek();
      if (op != '*' && op != '/') return left;
      ++at_;
      left = operate(op, left, power());
    }
  }

  MathValue power() {
    if (++depth_ > kDeepest) refuse("it is nested too deeply");
    MathValue value = [&]() -> MathValue {
      if (take('-')) return operate('*', power(), -1.0);
      MathValue base = primary();
      return take('^') ? operate('^', base, power()) : base;
    }();
    --depth_;
    return value;
  }

  MathValue primary() {
    const char first = peek();
    if (take('(')) {
      MathValue value = sum();
      need(')');
      return value;
    }
    if (first == '[') return list();
    if (std::isdigit(static_cast<unsigned char>(first)) || first == '.') return number();
    const std::string name = word();
    if (name.empty()) {
      refuse(first == '\0' ? std::string("it ends too early")
                           : "unexpected '" + std::string(1, first) + "'" + here());
    }
    return peek() == '(' ? call(name) : scope_.find(name);
  }

  MathValue number() {
    double value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, failed] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (failed != std::errc()) refuse("a broken number" + here());
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  std::string word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) {
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  MathValue list() {
    need('[');
    std::vector<TimeSeries> all;
    do {
      MathValue value = sum();
      const auto* series = std::get_if<TimeSeries>(&value);
      if (!series) refuse("an array holds time series only" + here());
      all.push_back(*series);
    } while (take(','));
    need(']');
    return all;
  }

  MathValue call(const std::string& name) {
    need('(');
    if (name == "METRICS") {
      std::string part;
      if (take('"')) {
        const std::size_t end = text_.find('"', at_);
        if (end == std::string_view::npos) refuse("a text does not end");
        part = text_.substr(at_, end - at_);
        at_ = end + 1;
      }
      need(')');
      return scope_.metrics(part);
    }
    constexpr std::string_view kKnown[] = {"ABS", "AVG", "CEIL", "FLOOR", "MAX", "MIN", "SUM"};
    const bool known = std::ranges::find(kKnown, name) != std::end(kKnown);
    if (!known) {
      refuse("the function " + name +
             " is not served; ABS, AVG, CEIL, FLOOR, MAX, METRICS, MIN and SUM are");
    }
    const MathValue argument = sum();
    need(')');
    if (name == "ABS") return each(argument, [](double x) { return std::abs(x); });
    if (name == "CEIL") return each(argument, [](double x) { return std::ceil(x); });
    if (name == "FLOOR") return each(argument, [](double x) { return std::floor(x); });
    return aggregate(name, argument);
  }

  std::string_view text_;
  const MathScope& scope_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

MathValue evaluate(std::string_view expression, const MathScope& scope) {
  return Parser(expression, scope).whole();
}

}  // namespace sagebrush::service::cloudwatch
