#include "cli/hyperparameters.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstdint>

#include "base/error.h"
#include "base/text.h"
#include "cli/key_value.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

// YAML 1.2's core schema for a scalar; quoted ones ("!") are always text.
json::value scalar_to_json(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return json::value(text);
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (auto number = parse_signed(text)) return *number;
  double real = 0;
  if (YAML::convert<double>::decode(node, real) && std::isfinite(real)) return real;
  return json::value(text);
}

json::value to_json(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar: return scalar_to_json(node);
    case YAML::NodeType::Sequence: {
      json::array array;
      for (const YAML::Node& item : node) array.push_back(to_json(item));
      return array;
    }
    case YAML::NodeType::Map: {
      json::object object;
      for (const auto& item : node) object[item.first.as<std::string>()] = to_json(item.second);
      return object;
    }
    default: return nullptr;
  }
}

std::string value_text(const YAML::Node& node) {
  return node.IsScalar() ? node.Scalar() : json::serialize(to_json(node));
}

// Whether a null is written out, as the SDK passes one; what has no value at all is a mistake.
bool is_written_null(const YAML::Node& node, std::string_view yaml) {
  if (!node.IsNull() || node.Mark().is_null()) return false;
  const auto at = std::min(static_cast<std::size_t>(node.Mark().pos), yaml.size());
  const std::string_view text = yaml.substr(at);
  return text.starts_with("null") || text.starts_with("Null") || text.starts_with("NULL") ||
         text.starts_with('~');
}

Hyperparameters from_document(const YAML::Node& document, std::string_view yaml,
                              std::string_view source) {
  if (document.IsNull()) return {};
  if (!document.IsMap()) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("{}: hyperparameters are a map, 'name: value' a line", source));
  }
  Hyperparameters result;
  for (const auto& item : document) {
    const auto key = item.first.as<std::string>();
    const bool null = is_written_null(item.second, yaml);
    if (item.second.IsNull() && !null) {
      throw Error(ErrorKind::kInvalid,
                  fmt::format("{}: line {}: {} has no value; write \"\" for an empty one", source,
                              item.first.Mark().line + 1, key));
    }
    if (!result.emplace(key, null ? "null" : value_text(item.second)).second) {
      throw Error(ErrorKind::kInvalid, fmt::format("{}: line {}: {} is there twice", source,
                                                   item.first.Mark().line + 1, key));
    }
  }
  return result;
}

}  // namespace

Hyperparameters hyperparameters_from_yaml(std::string_view yaml, std::string_view source) {
  try {
    return from_document(YAML::Load(std::string(yaml)), yaml, source);
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("{}: line {}: {}", source, error.mark.line + 1, error.msg));
  }
}

void set_hyperparameters(Hyperparameters& into, const std::vector<std::string>& pairs) {
  for (const std::string& pair : pairs) {
    auto [key, value] = parse_key_value("--hp", pair);
    into[std::move(key)] = std::move(value);
  }
}

}  // namespace sagebrush::cli
