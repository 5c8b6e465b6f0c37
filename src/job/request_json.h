#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// Reads optional members of a validated request: their types are the model's, so what is not there
// is all that can go wrong.
namespace sagebrush::job {

inline const boost::json::object* object_at(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

inline std::string text_at(const boost::json::object& object, const char* name,
                           std::string otherwise = "") {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::move(otherwise);
}

inline std::int64_t integer_at(const boost::json::object& object, const char* name,
                               std::int64_t otherwise) {
  const auto* value = object.if_contains(name);
  return value && value->is_number() ? value->to_number<std::int64_t>() : otherwise;
}

inline std::vector<std::string> texts_at(const boost::json::object& object, const char* name) {
  std::vector<std::string> texts;
  const auto* value = object.if_contains(name);
  if (!value || !value->is_array()) return texts;
  for (const auto& item : value->get_array()) {
    if (const auto* text = item.if_string()) texts.emplace_back(*text);
  }
  return texts;
}

}  // namespace sagebrush::job
