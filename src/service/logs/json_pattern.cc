#include "service/logs/json_pattern.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "aws/aws_error.h"
#include "base/text.h"
#include "base/wildcards.h"

namespace sagebrush::service::logs {
namespace {

namespace json = boost::json;

constexpr int kMostDepth = 32;

enum class Test { kEqual, kNotEqual, kLess, kGreater, kLessEqual, kGreaterEqual, kIs, kNotExists };
using Step = std::variant<std::string, std::size_t>;  // a member's name or an index
using Literal = std::variant<std::nullptr_t, bool, double, std::string>;

[[noreturn]] void refuse(const std::string& why) {
  throw aws::AwsError("InvalidParameterException", 400, "Invalid filter pattern: " + why);
}

}  // namespace

struct JsonPattern::Node {
  enum class Kind { kTest, kAll, kAny } kind = Kind::kTest;
  std::vector<Node> parts;  // of kAll and kAny
  std::vector<Step> path;
  Test test = Test::kEqual;
  Literal literal;
};

namespace {

using Node = JsonPattern::Node;

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Node whole() {
    expect("{");
    Node node = any(0);
    expect("}");
    skip();
    if (!rest_.empty()) refuse("there is text after the closing brace");
    return node;
  }

 private:
  void skip() { rest_ = trim(rest_); }

  bool take(std::string_view token) {
    skip();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void expect(std::string_view token) {
    if (!take(token))
      refuse("\"" + std::string(token) + "\" is expected at \"" + std::string(rest_.substr(0, 20)) +
             "\"");
  }

  Node any(int depth) { return joined(depth, Node::Kind::kAny, "||"); }

  Node joined(int depth, Node::Kind kind, std::string_view join) {
    Node node;
    node.kind = kind;
    do {
      node.parts.push_back(kind == Node::Kind::kAny ? joined(depth, Node::Kind::kAll, "&&")
                                                    : one(depth));
    } while (take(join));
    return node;
  }

  Node one(int depth) {
    if (depth > kMostDepth) refuse("it is nested too deeply");
    if (take("(")) {
      Node node = any(depth + 1);
      expect(")");
      return node;
    }
    return comparison();
  }

  Node comparison() {
    Node node;
    expect("$");
    read_path(node.path);
    if (take("NOT")) {
      expect("EXISTS");
      node.test = Test::kNotExists;
      return node;
    }
    if (take("IS")) {
      node.test = Test::kIs;
      node.literal = take("NULL")   ? Literal(nullptr)
                     : take("TRUE") ? Literal(true)
                                    : Literal(false);
      if (std::holds_alternative<bool>(node.literal) && !std::get<bool>(node.literal))
        expect("FALSE");
      return node;
    }
    node.test = take("!=")   ? Test::kNotEqual
                : take("<=") ? Test::kLessEqual
                : take(">=") ? Test::kGreaterEqual
                : take("<")  ? Test::kLess
                : take(">")  ? Test::kGreater
                             : Test::kEqual;
    if (node.test == Test::kEqual) expect("=");
    node.literal = literal();
    const bool ordered = node.test != Test::kEqual && node.test != Test::kNotEqual;
    if (ordered && !std::holds_alternative<double>(node.literal))
      refuse("only numbers have an order");
    return node;
  }

  void read_path(std::vector<Step>& path) {
    for (;;) {
      if (rest_.starts_with('.')) {
        rest_.remove_prefix(1);
        const std::size_t end = std::min(rest_.find_first_of(" \t.[=!<>&|(){}"), rest_.size());
        if (end == 0) refuse("a member's name is empty");
        path.emplace_back(std::string(rest_.substr(0, end)));
        rest_.remove_prefix(end);
      } else if (rest_.starts_with('[')) {
        const std::size_t end = rest_.find(']');
        const auto index =
            end == std::string_view::npos ? std::nullopt : parse_unsigned(rest_.substr(1, end - 1));
        if (!index) refuse("an index is not a number in brackets");
        path.emplace_back(static_cast<std::size_t>(*index));
        rest_.remove_prefix(end + 1);
      } else {
        break;
      }
    }
    if (path.empty()) refuse("a selector such as $.name is expected");
  }

  Literal literal() {
    skip();
    if (take("\"")) {
      std::string text;
      while (!rest_.empty() && rest_.front() != '"') {
        if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
        text += rest_.front();
        rest_.remove_prefix(1);
      }
      expect("\"");
      return text;
    }
    const std::size_t end = std::min(rest_.find_first_of(" \t&|)}"), rest_.size());
    const std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    double number = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error == std::errc{} && stop == word.data() + word.size()) return number;
    if (word.empty()) refuse("a value is missing");
    return word;
  }

  std::string_view rest_;
};

const json::value* find(const json::value& root, const std::vector<Step>& path) {
  const json::value* at = &root;
  for (const Step& step : path) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      const auto* object = at->if_object();
      at = object == nullptr ? nullptr : object->if_contains(*name);
    } else {
      const auto* array = at->if_array();
      const std::size_t index = std::get<std::size_t>(step);
      at = array == nullptr || index >= array->size() ? nullptr : &(*array)[index];
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool is_equal(const json::value& value, const Literal& literal) {
  if (const auto* text = std::get_if<std::string>(&literal)) {
    return value.is_string() && matches_wildcards(*text, std::string_view(value.get_string()),
                                                  Wildcards::kStarsAndQuestionMarks);
  }
  return value.is_number() && value.to_number<double>() == std::get<double>(literal);
}

bool holds(const Node& node, const json::value& value) {
  const double wanted =
      std::holds_alternative<double>(node.literal) ? std::get<double>(node.literal) : 0;
  switch (node.test) {
    case Test::kEqual: return is_equal(value, node.literal);
    case Test::kNotEqual: return !is_equal(value, node.literal);
    case Test::kLess: return value.is_number() && value.to_number<double>() < wanted;
    case Test::kGreater: return value.is_number() && value.to_number<double>() > wanted;
    case Test::kLessEqual: return value.is_number() && value.to_number<double>() <= wanted;
    case Test::kGreaterEqual: return value.is_number() && value.to_number<double>() >= wanted;
    case Test::kIs:
      if (const auto* flag = std::get_if<bool>(&node.literal))
        return value.is_bool() && value.get_bool() == *flag;
      return value.is_null();
    case Test::kNotExists: break;
  }
  return false;
}

bool matches(const Node& node, const json::value& event) {
  if (node.kind == Node::Kind::kTest) {
    const json::value* value = find(event, node.path);
    if (value == nullptr) return node.test == Test::kNotExists;
    return holds(node, *value);
  }
  const bool all = node.kind == Node::Kind::kAll;
  for (const Node& part : node.parts) {
    if (matches(part, event) != all) return !all;
  }
  return all;
}

}  // namespace

JsonPattern JsonPattern::parse(std::string_view text) {
  return JsonPattern(std::make_shared<const Node>(Parser(text).whole()));
}

bool JsonPattern::matches(std::string_view message) const {
  if (!trim(message).starts_with('{')) return false;
  boost::system::error_code error;
  const json::value event = json::parse(message, error);
  return !error && event.is_object() && logs::matches(*root_, event);
}

}  // namespace sagebrush::service::logs
