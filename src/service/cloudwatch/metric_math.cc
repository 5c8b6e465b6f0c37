#include "service/cloudwatch/metric_math.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "service/cloudwatch/metric_functions.h"

namespace sagebrush::service::cloudwatch {
namespace {

constexpr int kDeepest = 64;
constexpr const char* kFunctions =
    "ABS, AVG, CEIL, DIFF, DIFF_TIME, FILL, FIRST, FLOOR, IF, LAST, LOG, LOG10, MAX, METRICS, MIN, "
    "PERIOD, RATE, RUNNING_SUM, STDDEV, SUM, TIME_SERIES";

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::kInvalid, why);
}

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

class Parser {
 public:
  Parser(std::string_view text, const MathScope& scope) : text_(text), scope_(scope) {}

  MathValue whole() {
    MathValue value = either();
    if (peek() != '\0') refuse("unexpected '" + std::string(1, peek()) + "'" + here());
    return value;
  }

 private:
  using Level = MathValue (Parser::*)();
  struct Spelling {
    std::string_view text;
    std::string_view op;
  };

  std::string here() const { return " at character " + std::to_string(at_ + 1); }

  char peek() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(std::string_view wanted) {
    peek();
    if (!text_.substr(at_).starts_with(wanted)) return false;
    const std::size_t end = at_ + wanted.size();
    if (is_name(wanted.back()) && end < text_.size() && is_name(text_[end])) return false;
    at_ = end;
    return true;
  }
  void need(std::string_view wanted) {
    if (!take(wanted)) refuse("'" + std::string(wanted) + "' is missing" + here());
  }

  // Operators of one strength, from left to right; a longer one stands before its beginning.
  MathValue left_to_right(std::initializer_list<Spelling> operators, Level operand) {
    MathValue left = (this->*operand)();
    for (;;) {
      const auto* found =
          std::ranges::find_if(operators, [&](const Spelling& one) { return take(one.text); });
      if (found == operators.end()) return left;
      left = operate(found->op, left, (this->*operand)());
    }
  }

  MathValue either() { return left_to_right({{"||", "OR"}, {"OR", "OR"}}, &Parser::both); }
  MathValue both() { return left_to_right({{"&&", "AND"}, {"AND", "AND"}}, &Parser::comparison); }
  MathValue comparison() {
    return left_to_right(
        {{"<=", "<="}, {">=", ">="}, {"==", "=="}, {"!=", "!="}, {"<", "<"}, {">", ">"}},
        &Parser::sum);
  }
  MathValue sum() { return left_to_right({{"+", "+"}, {"-", "-"}}, &Parser::product); }
  MathValue product() { return left_to_right({{"*", "*"}, {"/", "/"}}, &Parser::power); }

  MathValue power() {
    if (++depth_ > kDeepest) refuse("it is nested too deeply");
    MathValue value = [&]() -> MathValue {
      if (take("-")) return operate("*", power(), -1.0);
      MathValue base = primary();
      return take("^") ? operate("^", base, power()) : base;
    }();
    --depth_;
    return value;
  }

  MathValue primary() {
    const char first = peek();
    if (take("(")) {
      MathValue value = either();
      need(")");
      return value;
    }
    if (first == '[') return list();
    if (std::isdigit(static_cast<unsigned char>(first)) || first == '.') return number();
    const std::string name = word();
    if (name.empty()) {
      refuse(first == '\0' ? std::string("it ends too early")
                           : "unexpected '" + std::string(1, first) + "'" + here());
    }
    if (peek() == '(') return call(name);
    MathValue value = scope_.find(name);
    mention(name);
    return value;
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
    peek();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  MathValue list() {
    need("[");
    SeriesList all;
    do {
      peek();
      const std::size_t begin = at_;
      MathValue value = either();
      const auto* series = std::get_if<TimeSeries>(&value);
      if (!series) refuse("an array holds time series only" + here());
      all.push_back({std::string(trim(text_.substr(begin, at_ - begin))), *series});
    } while (take(","));
    need("]");
    return all;
  }

  MathValue call(const std::string& name) {
    need("(");
    if (name == "METRICS") return metrics();
    if (name == "PERIOD") return period();
    if (name == "FILL") return filled();
    if (name == "TIME_SERIES") return constant();
    static const std::string kAll = std::string(" ") + kFunctions + ",";
    if (!kAll.contains(" " + name + ",")) {
      refuse("the function " + name + " is not served; these are: " + kFunctions);
    }
    std::vector<MathValue> arguments;
    do {
      arguments.push_back(either());
    } while (take(","));
    need(")");
    return call_function(name, arguments).value();
  }

  MathValue metrics() {
    std::string part;
    if (take("\"")) {
      const std::size_t end = text_.find('"', at_);
      if (end == std::string_view::npos) refuse("a text does not end");
      part = text_.substr(at_, end - at_);
      at_ = end + 1;
    }
    need(")");
    mention("");
    return scope_.metrics(part);
  }

  MathValue period() {
    const std::string id = word();
    scope_.find(id);
    need(")");
    return static_cast<double>(scope_.period(id));
  }

  MathValue filled() {
    const auto outside = std::exchange(step_s_, 0);
    const MathValue value = either();
    const MathGrid grid = this->grid();
    need(",");
    FillRule rule = FillRule::kValue;
    MathValue by;
    if (take("REPEAT")) {
      rule = FillRule::kRepeat;
    } else if (take("LINEAR")) {
      rule = FillRule::kLinear;
    } else {
      by = either();
    }
    need(")");
    step_s_ = outside == 0 ? step_s_ : std::min(outside, step_s_);
    return fill(value, rule, by, grid);
  }

  MathValue constant() {
    const MathValue value = either();
    need(")");
    const auto* number = std::get_if<double>(&value);
    if (!number) refuse("TIME_SERIES takes a number");
    step_s_ = scope_.period("");
    return constant_series(*number, grid());
  }

  // Keeps how close together the points of what is filled lie.
  void mention(const std::string& id) {
    const std::int64_t period = scope_.period(id);
    step_s_ = step_s_ == 0 ? period : std::min(step_s_, period);
  }
  MathGrid grid() const {
    return {scope_.from_s, scope_.to_s, step_s_ == 0 ? scope_.period("") : step_s_};
  }

  std::string_view text_;
  const MathScope& scope_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::int64_t step_s_ = 0;  // the least of the periods mentioned; 0 before the first
};

}  // namespace

MathValue evaluate(std::string_view expression, const MathScope& scope) {
  return Parser(expression, scope).whole();
}

}  // namespace sagebrush::service::cloudwatch
