#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

// How generated accessors read and write one member of canonical JSON. Each type here names a kind
// of member: `type` is what C++ sees; from() throws Error{kInternal} when the JSON is of another
// kind, which decoding has excluded for requests.
namespace sagebrush::aws::field {

struct Text {
  using type = std::string;
  static type from(const boost::json::value& value);
  static boost::json::value to(type value);
};

struct Integer {
  using type = std::int64_t;
  static type from(const boost::json::value& value);
  static boost::json::value to(type value);
};

struct Real {
  using type = double;
  static type from(const boost::json::value& value);
  static boost::json::value to(type value);
};

struct Boolean {
  using type = bool;
  static type from(const boost::json::value& value);
  static boost::json::value to(type value);
};

struct Timestamp {
  using type = Time;
  static type from(const boost::json::value& value);
  static boost::json::value to(type value);
};

struct Blob {
  using type = std::string;  // bytes; base64 in the JSON
  static type from(const boost::json::value& value);
  static boost::json::value to(const type& value);
};

template <class Class>
struct Structure {
  using type = Class;
  static type from(const boost::json::value& value) { return Class::from_json(value.as_object()); }
  static boost::json::value to(type value) { return std::move(value).take(); }
};

template <class Element>
struct List {
  using type = std::vector<typename Element::type>;
  static type from(const boost::json::value& value) {
    type list;
    list.reserve(value.as_array().size());
    for (const boost::json::value& item : value.as_array()) list.push_back(Element::from(item));
    return list;
  }
  static boost::json::value to(type list) {
    boost::json::array array;
    array.reserve(list.size());
    for (auto&& item : list) array.push_back(Element::to(std::move(item)));
    return array;
  }
};

template <class Value>
struct Map {
  using type = std::map<std::string, typename Value::type>;
  static type from(const boost::json::value& value) {
    type map;
    for (const auto& item : value.as_object()) map.emplace(item.key(), Value::from(item.value()));
    return map;
  }
  static boost::json::value to(type map) {
    boost::json::object object;
    object.reserve(map.size());
    for (auto& [key, value] : map) object.emplace(key, Value::to(std::move(value)));
    return object;
  }
};

[[noreturn]] void throw_missing(std::string_view member);

// Throws Error{kInternal} that names the member when it is absent.
template <class Field>
typename Field::type required(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr) throw_missing(name);
  return Field::from(*value);
}

template <class Field>
std::optional<typename Field::type> optional(const boost::json::object& object,
                                             std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return Field::from(*value);
}

template <class Field>
void set(boost::json::object& object, std::string_view name, typename Field::type value) {
  object.insert_or_assign(name, Field::to(std::move(value)));
}

// nullopt removes the member.
template <class Field>
void set_optional(boost::json::object& object, std::string_view name,
                  std::optional<typename Field::type> value) {
  if (value) {
    object.insert_or_assign(name, Field::to(*std::move(value)));
  } else {
    object.erase(name);
  }
}

}  // namespace sagebrush::aws::field
