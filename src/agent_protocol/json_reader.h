#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace sagebrush::agent_protocol {

// Reads members of one JSON object; a missing or wrongly typed one throws Error{kInvalid} with its
// name.
class JsonReader {
 public:
  explicit JsonReader(const boost::json::object& object) : object_(object) {}

  std::string text(const char* name) const {
    const auto* value = at(name).if_string();
    if (!value) wrong(name, "a string");
    return std::string(*value);
  }
  std::string text_or(const char* name, std::string otherwise) const {
    return has(name) ? text(name) : std::move(otherwise);
  }
  std::int64_t integer(const char* name) const {
    const auto& value = at(name);
    if (value.is_int64()) return value.get_int64();
    if (value.is_uint64() && value.get_uint64() <= INT64_MAX) {
      return static_cast<std::int64_t>(value.get_uint64());
    }
    wrong(name, "an integer");
  }
  std::optional<std::int64_t> integer_if(const char* name) const {
    return has(name) ? std::optional(integer(name)) : std::nullopt;
  }
  std::uint64_t size(const char* name) const {
    const std::int64_t value = integer(name);
    if (value < 0) wrong(name, "0 or more");
    return static_cast<std::uint64_t>(value);
  }
  bool boolean(const char* name) const {
    const auto* value = at(name).if_bool();
    if (!value) wrong(name, "true or false");
    return *value;
  }
  Time time(const char* name) const { return from_ms(integer(name)); }
  std::optional<Time> time_if(const char* name) const {
    return has(name) ? std::optional(time(name)) : std::nullopt;
  }
  const boost::json::object& object(const char* name) const {
    const auto* value = at(name).if_object();
    if (!value) wrong(name, "an object");
    return *value;
  }
  const boost::json::array& array(const char* name) const {
    const auto* value = at(name).if_array();
    if (!value) wrong(name, "a list");
    return *value;
  }
  std::vector<std::string> texts(const char* name) const {
    std::vector<std::string> all;
    for (const auto& value : array(name)) {
      if (!value.is_string()) wrong(name, "a list of strings");
      all.emplace_back(value.get_string());
    }
    return all;
  }
  bool has(const char* name) const {
    const auto* value = object_.if_contains(name);
    return value && !value->is_null();
  }

 private:
  const boost::json::value& at(const char* name) const {
    const auto* value = object_.if_contains(name);
    if (!value) throw Error(ErrorKind::kInvalid, std::string("missing member ") + name);
    return *value;
  }
  [[noreturn]] static void wrong(const char* name, const char* expected) {
    throw Error(ErrorKind::kInvalid, std::string("member ") + name + " must be " + expected);
  }

  const boost::json::object& object_;
};

// An object out of one value, for lists of objects. Throws Error{kInvalid} with `what`.
inline const boost::json::object& as_object(const boost::json::value& value, const char* what) {
  if (const auto* object = value.if_object()) return *object;
  throw Error(ErrorKind::kInvalid, std::string(what) + " must be an object");
}

}  // namespace sagebrush::agent_protocol
