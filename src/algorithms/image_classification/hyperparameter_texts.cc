#include "algorithms/image_classification/hyperparameter_texts.h"

#include <algorithm>
#include <boost/json.hpp>

#include "algorithms/image_classification/hyperparameter_table.h"
#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {
namespace json = boost::json;
namespace {

using Row = HyperparameterRow;
using Type = HyperparameterRow::Type;

std::string defaults_of(const Row& row) {
  if (row.by_default == nullptr) return "what the data say";
  std::string text = row.by_default;
  std::string others;
  for (const auto& [model, value] : row.by_model)
    others += (others.empty() ? "" : ", ") + std::string(model) + ": " + value;
  return others.empty() ? text : text + " (" + others + ")";
}

const char* type_of(const Row& row) {
  switch (row.type) {
    case Type::kInteger: return "Integer";
    case Type::kReal: return "Continuous";
    case Type::kChoice: return "Categorical";
    case Type::kIntegers: return "FreeText";
  }
  return "";
}

std::string number_text(const Row& row, double value) {
  return row.type == Type::kInteger ? std::to_string(static_cast<long long>(value))
                                    : shortest(value);
}

json::object range_json(const Row& row) {
  if (row.type == Type::kChoice) {
    json::array values;
    for (const std::string& name : row.choices) values.push_back(json::string(name));
    return {{"CategoricalParameterRangeSpecification", json::object{{"Values", values}}}};
  }
  const char* const key = row.type == Type::kInteger ? "IntegerParameterRangeSpecification"
                                                     : "ContinuousParameterRangeSpecification";
  return {{key, json::object{{"MinValue", number_text(row, row.low)},
                             {"MaxValue", number_text(row, row.high)}}}};
}

}  // namespace

std::string hyperparameters_help() {
  std::string text;
  for (const Row& row : hyperparameter_table()) {
    std::string name = std::string("  ") + row.name;
    name.resize(std::max<std::size_t>(28, name.size() + 1), ' ');
    text += name + row.help + "\n" + std::string(28, ' ') + range_of(row);
    if (*row.unit != '\0') text += std::string(", ") + row.unit;
    text += "; default " + defaults_of(row);
    if (!row.aliases.empty()) {
      text += "; also";
      for (const std::string& alias : row.aliases) text += " " + alias;
    }
    text += "\n";
  }
  return text;
}

std::string hyperparameters_markdown() {
  std::string text = "| name | range | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const Row& row : hyperparameter_table()) {
    text += "| `" + std::string(row.name) + "` | " + range_of(row);
    if (*row.unit != '\0') text += std::string(", ") + row.unit;
    text += " | " + defaults_of(row) + " | " + row.help;
    for (const std::string& alias : row.aliases)
      text += (alias == row.aliases.front() ? "; also `" : ", `") + alias + "`";
    text += " |\n";
  }
  return text;
}

std::string hyperparameters_json() {
  json::array list;
  for (const Row& row : hyperparameter_table()) {
    json::object one{{"Name", row.name},
                     {"Description", row.help},
                     {"Type", type_of(row)},
                     {"IsTunable", row.tuning.has_value()},
                     {"IsRequired", false}};
    if (row.type != Type::kIntegers) one["Range"] = range_json(row);
    if (row.by_default != nullptr) one["DefaultValue"] = row.by_default;
    if (row.tuning)
      one["TunableRange"] = json::object{{"MinValue", number_text(row, row.tuning->low)},
                                         {"MaxValue", number_text(row, row.tuning->high)},
                                         {"ScalingType", row.tuning->scaling}};
    list.push_back(std::move(one));
  }
  return json::serialize(list);
}

}  // namespace sagebrush::vision
