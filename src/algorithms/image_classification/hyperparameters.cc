#include "algorithms/image_classification/hyperparameters.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {
namespace {

using H = Hyperparameters;
enum class Type { kInteger, kReal, kChoice, kIntegers };

struct Row {
  const char* name;
  Type type;
  double low;  // of numbers
  double high;
  const char* by_default;  // nullptr: taken from the data
  const char* unit;
  const char* help;
  std::vector<std::string> aliases;  // AWS's built-in image-classification names that mean the same
  std::vector<std::string> choices;  // of kChoice, in the enumerator's order
  std::function<void(H&, double)> set;
  std::function<std::optional<double>(const H&)> get;
};

template <typename T>
Row number(const char* name, T H::* member, double low, double high, const char* by_default,
           const char* unit, const char* help, std::vector<std::string> aliases = {}) {
  return {name,
          std::is_integral_v<T> ? Type::kInteger : Type::kReal,
          low,
          high,
          by_default,
          unit,
          help,
          std::move(aliases),
          {},
          [member](H& h, double v) { h.*member = static_cast<T>(v); },
          [member](const H& h) { return std::optional<double>(static_cast<double>(h.*member)); }};
}

template <typename T>
Row choice(const char* name, T H::* member, std::vector<std::string> choices,
           const char* by_default, const char* help, std::vector<std::string> aliases = {}) {
  return {name,
          Type::kChoice,
          0,
          0,
          by_default,
          "",
          help,
          std::move(aliases),
          std::move(choices),
          [member](H& h, double v) { h.*member = static_cast<T>(static_cast<int>(v)); },
          [member](const H& h) {
            return std::optional<double>(static_cast<double>(static_cast<int>(h.*member)));
          }};
}

Row from_data(const char* name, std::optional<std::int64_t> H::* member, double low, double high,
              const char* unit, const char* help) {
  return {name,
          Type::kInteger,
          low,
          high,
          nullptr,
          unit,
          help,
          {},
          {},
          [member](H& h, double v) { h.*member = static_cast<std::int64_t>(v); },
          [member](const H& h) {
            return h.*member ? std::optional<double>(static_cast<double>(*(h.*member)))
                             : std::nullopt;
          }};
}

const std::vector<Row>& table() {
  // Seeds are held to what a double can carry exactly, as JSON readers do.
  constexpr double kMaxSeed = 9007199254740991;
  static const std::vector<Row> rows = {
      number("epochs", &H::epochs, 1, 10000, "2", "passes", "passes over the training data"),
      number("batch_size", &H::batch_size, 2, 65536, "256", "images", "images in a step",
             {"mini_batch_size", "mini-batch-size", "batch-size"}),
      number("learning_rate", &H::learning_rate, 1e-9, 100, "0.1", "",
             "highest learning rate of the schedule", {"learning-rate", "lr"}),
      choice("optimizer", &H::optimizer, {"sgd", "nag"}, "nag",
             "sgd: momentum; nag: Nesterov's momentum"),
      number("momentum", &H::momentum, 0, 0.9999, "0.9", "", "momentum of the optimizer"),
      number("weight_decay", &H::weight_decay, 0, 1, "0.0005", "",
             "L2 penalty on weights (not on biases and normalisation)", {"weight-decay"}),
      choice("lr_schedule", &H::lr_schedule, {"one_cycle", "cosine", "constant"}, "one_cycle",
             "one_cycle: linear up, linear to zero; cosine: linear up, cosine to zero; constant: "
             "linear up, stays"),
      number("warmup_fraction", &H::warmup_fraction, 0, 0.9, "0.25", "of all steps",
             "steps over which the learning rate rises"),
      number("label_smoothing", &H::label_smoothing, 0, 0.9, "0", "",
             "share of each label given to all classes"),
      number("random_shift", &H::random_shift, 0, 16, "1", "pixels",
             "each training image is moved at random by up to this many pixels both ways"),
      number("width", &H::width, 0.25, 16, "1", "times", "channels of the network, times this"),
      number("seed", &H::seed, 0, kMaxSeed, "0", "",
             "the same seed on the same machine gives the same weights, bit for bit"),
      number("target_accuracy", &H::target_accuracy, 0, 1, "0", "",
             "stop after the epoch that reaches this validation accuracy; 0: never",
             {"target-accuracy"}),
      from_data("num_classes", &H::num_classes, 2, 65536, "classes", "labels are 0 to one less"),
      from_data("num_training_samples", &H::num_training_samples, 1, 1e12, "images",
                "held against the training data"),
      {"image_shape",
       Type::kIntegers,
       1,
       4096,
       nullptr,
       "pixels",
       "channels,height,width; held against the training data",
       {"image-shape"},
       {},
       nullptr,
       nullptr},
  };
  return rows;
}

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
  for (const Row& row : table()) {
    if (row.name == name ||
        std::find(row.aliases.begin(), row.aliases.end(), name) != row.aliases.end())
      return &row;
  }
  return nullptr;
}

[[noreturn]] void unknown_name(const std::string& name) {
  std::vector<std::string> known;
  for (const Row& row : table()) {
    known.push_back(row.name);
    known.insert(known.end(), row.aliases.begin(), row.aliases.end());
  }
  std::string text = "hyperparameter " + name.substr(0, 100) + " is unknown";
  const std::string nearest = nearest_name(name, known);
  if (!nearest.empty()) {
    text += "; did you mean " + nearest + "?";
  } else {
    text += "; known are";
    for (const Row& row : table())
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
  for (const Row& row : table()) {
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
  for (const Row& row : table()) {
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
  for (const Row& row : table()) {
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
