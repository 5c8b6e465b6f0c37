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

// Of two that exclude each other, the one that nobody said gives way.
void settle(Hyperparameters& values, const std::map<const Row*, std::string>& said) {
  const auto was_said = [&](const char* name) { return said.count(find_row(name)) != 0; };
  const auto yields = [&](const char* name, const char* to, std::int64_t& value) {
    if (value > 0 && !was_said(name) && was_said(to)) value = 0;
  };
  if (values.sync_batch_norm)
    yields("ghost_batch_size", "sync_batch_norm", values.ghost_batch_size);
  if (values.random_shift > 0) yields("random_crop", "random_shift", values.random_crop);
  if (values.random_crop > 0) yields("random_shift", "random_crop", values.random_shift);
}

void check_together(const Hyperparameters& values) {
  if (values.optimizer == OptimizerKind::kNesterov && values.momentum == 0)
    user_error(
        "hyperparameter momentum: 0 with optimizer nag; give a momentum above 0 or "
        "optimizer sgd");
  if (values.sync_batch_norm && values.ghost_batch_size > 0)
    user_error(
        "hyperparameters sync_batch_norm and ghost_batch_size contradict each other; one joins "
        "statistics, the other divides them");
  if (values.random_shift > 0 && values.random_crop > 0)
    user_error(
        "hyperparameters random_shift and random_crop both move the images; one of them must be "
        "0");
}

bool is_platform_name(const std::string& name) {
  return name.rfind("sagemaker_", 0) == 0 || name.rfind("_tuning_", 0) == 0;
}

}  // namespace

Hyperparameters parse_hyperparameters(const std::map<std::string, std::string>& given) {
  Hyperparameters values;
  std::map<const Row*, std::string> said;  // row → the name it was given by
  for (const auto& [name, value] : given) {
    if (is_platform_name(name)) continue;
    const Row* row = find_row(name);
    if (row == nullptr) unknown_name(name);
    const auto [before, fresh] = said.emplace(row, name);
    if (!fresh)
      user_error("hyperparameters " + before->second + " and " + name +
                 " mean the same; give one of them");
  }
  const Row& model_row = *find_row("model");
  const auto model_given = given.find("model");
  const std::string model = lower(trimmed(
      model_given != given.end() ? std::string_view(model_given->second) : model_row.by_default));
  for (const Row& row : hyperparameter_table()) {
    const char* const usual = row.default_for(model);
    if (usual != nullptr) row.set(values, value_of(row, row.name, usual));
  }
  for (const auto& [row, name] : said) {
    const std::string& value = given.at(name);
    if (row->type == Type::kIntegers) {
      values.image_shape = shape_of(*row, name, value);
    } else {
      row->set(values, value_of(*row, name, value));
    }
  }
  settle(values, said);
  check_together(values);
  return values;
}

bool decides_the_result(const std::string& hyperparameter) {
  for (const char* name :
       {"target_accuracy", "early_stopping", "early_stopping_min_epochs", "early_stopping_patience",
        "early_stopping_tolerance", "checkpoint_seconds", "log_steps", "test_time_augmentation",
        "num_training_samples", "image_shape"}) {
    if (hyperparameter == name) return false;
  }
  return true;
}

std::optional<std::string> default_of(const std::string& name, Architecture model) {
  const std::string& by_name = find_row("model")->choices.at(static_cast<std::size_t>(model));
  for (const auto& [known, value] : to_pairs(parse_hyperparameters({{"model", by_name}}))) {
    if (known == name) return value;
  }
  return std::nullopt;
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

}  // namespace sagebrush::vision
