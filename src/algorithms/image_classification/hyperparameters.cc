#include "algorithms/image_classification/hyperparameters.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/hyperparameter_table.h"
#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {
namespace {

using Row = HyperparameterRow;
using Type = HyperparameterRow::Type;

std::string range_of(const Row& row) {
  if (row.type == Type::kIntegers) return "three integers such as 1,28,28";
  if (row.type == Type::kChoice) {
    std::string text = "one of ";
    for (const std::string& name : row.choices) text += (text.size() > 7 ? ", " : "") + name;
    return text;
  }
  return std::string(row.type == Type::kInteger ? "an integer" : "a number") + " from " +
         shortest(row.low) + " to " + shortest(row.high);
}

[[noreturn]] void bad_value(const std::string& name, const std::string& value, const Row& row) {
  std::string text =
      "hyperparameter " + name + ": '" + value.substr(0, 100) + "' is not " + range_of(row);
  if (row.by_default != nullptr) text += std::string(" (default ") + row.by_default + ")";
  user_error(text);
}

template <typename T>
std::optional<T> whole_number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || text.empty()) return std::nullopt;
  return value;
}

std::optional<double> integer_of(const std::string& text) {
  if (const auto integer = whole_number<std::int64_t>(text)) return static_cast<double>(*integer);
  // JSON writers and tuners send 10.0 for 10.
  const auto real = whole_number<double>(text);
  if (real && std::isfinite(*real) && *real == std::floor(*real)) return real;
  return std::nullopt;
}

double value_of(const Row& row, const std::string& name, const std::string& raw) {
  const std::string text = trimmed(raw);
  if (row.type == Type::kChoice) {
    const auto found = std::find(row.choices.begin(), row.choices.end(), lower(text));
    if (found == row.choices.end()) bad_value(name, raw, row);
    return static_cast<double>(found - row.choices.begin());
  }
  const auto value = row.type == Type::kInteger ? integer_of(text) : whole_number<double>(text);
  if (!value || !std::isfinite(*value) || *value < row.low || *value > row.high)
    bad_value(name, raw, row);
  return *value;
}

std::vector<std::int64_t> shape_of(const Row& row, const std::string& name,
                                   const std::string& raw) {
  std::vector<std::int64_t> shape;
  std::string text = raw + ",";
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t comma = text.find(',', start);
    const auto size = whole_number<std::int64_t>(trimmed(text.substr(start, comma - start)));
    if (!size || *size < row.low || *size > row.high) bad_value(name, raw, row);
    shape.push_back(*size);
    start = comma + 1;
  }
  if (shape.size() != 3) bad_value(name, raw, row);
  return shape;
}

const Row* find_row(const std::string& name) {
  for (const Row& row : hyperparameter_table()) {
    if (row.name == name ||
        std::find(row.aliases.begin(), row.aliases.end(), name) != row.aliases.end())
      return &row;
  }
  return nullptr;
}

[[noreturn]] void unknown_name(const std::string& name) {
  std::vector<std::string> known;
  for (const Row& row : hyperparameter_table()) {
    known.push_back(row.name);
    known.insert(known.end(), row.aliases.begin(), row.aliases.end());
  }
  std::string text = "hyperparameter " + name.substr(0, 100) + " is unknown";
  const std::string nearest = nearest_name(name, known);
  if (!nearest.empty()) {
    text += "; did you mean " + nearest + "?";
  } else {
    text += "; known are";
    for (const Row& row : hyperparameter_table())
      text += std::string(known[0] == row.name ? " " : ", ") + row.name;
  }
  user_error(text);
}

bool is_platform_name(const std::string& name) {
  return name.rfind("sagemaker_", 0) == 0 || name.rfind("_tuning_", 0) == 0;
}

}  // namespace

Hyperparameters parse_hyperparameters(const std::map<std::string, std::string>& given) {
  Hyperparameters values;
  std::map<const Row*, std::string> said;  // row → the name it was given by
  for (const Row& row : hyperparameter_table()) {
    if (row.by_default != nullptr) row.set(values, value_of(row, row.name, row.by_default));
  }
  for (const auto& [name, value] : given) {
    if (is_platform_name(name)) continue;
    const Row* row = find_row(name);
    if (row == nullptr) unknown_name(name);
    const auto [before, fresh] = said.emplace(row, name);
    if (!fresh)
      user_error("hyperparameters " + before->second + " and " + name +
                 " mean the same; give one of them");
    if (row->type == Type::kIntegers) {
      values.image_shape = shape_of(*row, name, value);
    } else {
      row->set(values, value_of(*row, name, value));
    }
  }
  if (values.optimizer == Optimizer::kNesterov && values.momentum == 0)
    user_error(
        "hyperparameter momentum: 0 with optimizer nag; give a momentum above 0 or "
        "optimizer sgd");
  return values;
}

std::map<std::string, std::string> parse_hyperparameters_json(std::string_view text) {
  if (trimmed(text).empty()) return {};
  boost::system::error_code error;
  const boost::json::value document =
      boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (error || !document.is_object())
    user_error("hyperparameters.json: is not a JSON object" +
               (error ? " (" + error.message() + ")" : std::string()));
  std::map<std::string, std::string> values;
  for (const auto& [key, value] : document.as_object()) {
    std::string plain =
        value.is_string() ? std::string(value.as_string().c_str()) : boost::json::serialize(value);
    if (plain.size() >= 2 && plain.front() == '"' && plain.back() == '"') {
      const boost::json::value inner = boost::json::parse(plain, error);
      if (!error && inner.is_string()) plain = inner.as_string().c_str();
    }
    values[std::string(key)] = plain;
  }
  return values;
}

std::vector<std::pair<std::string, std::string>> to_pairs(const Hyperparameters& values) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const Row& row : hyperparameter_table()) {
    if (row.type == Type::kIntegers) {
      if (!values.image_shape) continue;
      std::string text;
      for (const std::int64_t size : *values.image_shape)
        text += (text.empty() ? "" : ",") + std::to_string(size);
      pairs.emplace_back(row.name, text);
      continue;
    }
    const std::optional<double> value = row.get(values);
    if (!value) continue;
    pairs.emplace_back(
        row.name, row.type == Type::kChoice    ? row.choices[static_cast<std::size_t>(*value)]
                  : row.type == Type::kInteger ? std::to_string(static_cast<std::int64_t>(*value))
                                               : shortest(*value));
  }
  return pairs;
}

std::string hyperparameters_help() {
  std::string text;
  for (const Row& row : hyperparameter_table()) {
    std::string name = std::string("  ") + row.name;
    name.resize(std::max<std::size_t>(24, name.size() + 1), ' ');
    text += name + row.help + "\n" + std::string(24, ' ') + range_of(row);
    if (*row.unit != '\0') text += std::string(", ") + row.unit;
    text += row.by_default != nullptr ? std::string("; default ") + row.by_default
                                      : std::string("; default: what the data say");
    if (!row.aliases.empty()) {
      text += "; also";
      for (const std::string& alias : row.aliases) text += " " + alias;
    }
    text += "\n";
  }
  return text;
}

}  // namespace sagebrush::vision
