#include "aws/validation.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "aws/aws_error.h"
#include "aws/validation_pattern.h"
#include "aws/validation_text.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

// "TrainingJobName" → "trainingJobName", as AWS names members in messages.
std::string below(const std::string& path, std::string_view name) {
  std::string lower(name);
  if (!lower.empty() && lower[0] >= 'A' && lower[0] <= 'Z') lower[0] += 'a' - 'A';
  return path.empty() ? lower : path + "." + lower;
}

bool in_enum(const Shape& shape, std::string_view text) {
  for (std::size_t i = 0; i < shape.enum_count(); ++i) {
    if (shape.enum_value(i) == text) return true;
  }
  // AWS adds instance types faster than models reach distributions: the catalogue decides.
  return shape.name().ends_with("InstanceType");
}

std::string enum_set(const Shape& shape) {
  std::string set = "[";
  for (std::size_t i = 0; i < shape.enum_count(); ++i) {
    if (i > 0) set += ", ";
    set += shape.enum_value(i);
  }
  return set + "]";
}

using Constraints = std::vector<std::string>;

void check_length(const Shape& shape, std::int64_t length, Constraints& broken) {
  if (shape.max() && length > *shape.max()) {
    broken.push_back("Member must have length less than or equal to " +
                     std::to_string(*shape.max()));
  }
  if (shape.min() && length < *shape.min()) {
    broken.push_back("Member must have length greater than or equal to " +
                     std::to_string(*shape.min()));
  }
}

template <class Number>
void check_range(const Shape& shape, Number number, Constraints& broken) {
  if (shape.max() && number > static_cast<Number>(*shape.max())) {
    broken.push_back("Member must have value less than or equal to " +
                     std::to_string(*shape.max()));
  }
  if (shape.min() && number < static_cast<Number>(*shape.min())) {
    broken.push_back("Member must have value greater than or equal to " +
                     std::to_string(*shape.min()));
  }
}

// What a value by itself breaks, not counting what is in it.
Constraints broken_constraints(const Shape& shape, const boost::json::value& value) {
  Constraints broken;
  if (value.is_string()) {
    std::string_view text = value.get_string();
    if (shape.kind() == ShapeKind::kBlob) {
      check_length(shape, static_cast<std::int64_t>(from_base64(text).value_or("").size()), broken);
      return broken;
    }
    check_length(shape, utf16_length(text), broken);
    if (!shape.pattern().empty() && !matches_pattern(shape, text)) {
      broken.push_back("Member must satisfy regular expression pattern: " +
                       std::string(shape.pattern()));
    }
    if (shape.enum_count() > 0 && !in_enum(shape, text)) {
      broken.push_back("Member must satisfy enum value set: " + enum_set(shape));
    }
  } else if (value.is_int64()) {
    check_range(shape, value.get_int64(), broken);
  } else if (value.is_double() && shape.kind() != ShapeKind::kTimestamp) {
    check_range(shape, value.get_double(), broken);
  } else if (value.is_array()) {
    check_length(shape, static_cast<std::int64_t>(value.get_array().size()), broken);
  } else if (value.is_object() && shape.kind() == ShapeKind::kMap) {
    check_length(shape, static_cast<std::int64_t>(value.get_object().size()), broken);
  }
  return broken;
}

// All constraints of a shape: what AWS lists when an element of a list or map breaks one.
std::string all_constraints(const Shape& shape) {
  Constraints all;
  if (shape.max()) {
    all.push_back("Member must have length less than or equal to " + std::to_string(*shape.max()));
  }
  if (shape.min()) {
    all.push_back("Member must have length greater than or equal to " +
                  std::to_string(*shape.min()));
  }
  if (!shape.pattern().empty()) {
    all.push_back("Member must satisfy regular expression pattern: " +
                  std::string(shape.pattern()));
  }
  if (shape.enum_count() > 0) {
    all.push_back("Member must satisfy enum value set: " + enum_set(shape));
  }
  std::string joined = "[";
  for (std::size_t i = 0; i < all.size(); ++i) joined += (i > 0 ? ", " : "") + all[i];
  return joined + "]";
}

bool is_container(const Shape& shape) {
  return shape.kind() == ShapeKind::kStructure || shape.kind() == ShapeKind::kList ||
         shape.kind() == ShapeKind::kMap;
}

class Validator {
 public:
  std::vector<std::string> take() { return std::move(violations_); }

  void structure(const Shape& shape, const boost::json::object& object, const std::string& path) {
    for (Member member : shape.members()) {
      const boost::json::value* value = object.if_contains(member.name());
      std::string name = below(path, member.name());
      if (value == nullptr || value->is_null()) {
        if (member.required() && !member.streaming() && !member.has(tables::kIdempotencyToken)) {
          add("null", name, "Member must not be null");
        }
        continue;
      }
      this->value(member.shape(), *value, name);
    }
  }

 private:
  void value(const Shape& shape, const boost::json::value& value, const std::string& path) {
    for (const std::string& constraint : broken_constraints(shape, value)) {
      add(quoted(shape, value), path, constraint);
    }
    if (shape.kind() == ShapeKind::kStructure && value.is_object()) {
      structure(shape, value.get_object(), path);
    } else if (shape.kind() == ShapeKind::kList && value.is_array()) {
      list(shape, value, path);
    } else if (shape.kind() == ShapeKind::kMap && value.is_object()) {
      map(shape, value, path);
    }
  }

  void list(const Shape& shape, const boost::json::value& value, const std::string& path) {
    Shape element = shape.element().shape();
    std::size_t index = 0;
    for (const boost::json::value& item : value.get_array()) {
      ++index;
      std::string name = path + "." + std::to_string(index) + ".member";
      if (item.is_null()) {
        add("null", name, "Member must not be null");
      } else if (is_container(element)) {
        this->value(element, item, name);
      } else if (!broken_constraints(element, item).empty()) {
        add(quoted(element, value), path,
            "Member must satisfy constraint: " + all_constraints(element));
        return;  // AWS says it once a list
      }
    }
  }

  void map(const Shape& shape, const boost::json::value& value, const std::string& path) {
    Shape key = shape.key().shape();
    Shape inner = shape.value().shape();
    bool keys_hold = true;
    bool values_hold = true;
    for (const auto& item : value.get_object()) {
      boost::json::value name(item.key());
      keys_hold = keys_hold && broken_constraints(key, name).empty();
      if (item.value().is_null()) continue;
      if (is_container(inner)) {
        this->value(inner, item.value(), path + "." + std::string(item.key()) + ".member");
      } else {
        values_hold = values_hold && broken_constraints(inner, item.value()).empty();
      }
    }
    std::string shown = quoted(inner, value);
    if (!keys_hold) {
      add(shown, path, "Map keys must satisfy constraint: " + all_constraints(key));
    }
    if (!values_hold) {
      add(shown, path, "Map value must satisfy constraint: " + all_constraints(inner));
    }
  }

  static std::string quoted(const Shape& shape, const boost::json::value& value) {
    return shape.has(tables::kSensitive) ? "'***'" : "'" + shown_value(value) + "'";
  }

  void add(const std::string& value, const std::string& path, const std::string& constraint) {
    violations_.push_back("Value " + value + " at '" + path +
                          "' failed to satisfy constraint: " + constraint);
  }

  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> find_violations(const Shape& shape, const boost::json::object& input) {
  Validator validator;
  validator.structure(shape, input, "");
  return validator.take();
}

void validate(const Operation& operation, const boost::json::object& input) {
  std::optional<Shape> shape = operation.input();
  if (!shape) return;
  std::vector<std::string> violations = find_violations(*shape, input);
  if (violations.empty()) return;
  std::string message = std::to_string(violations.size()) +
                        (violations.size() == 1 ? " validation error" : " validation errors") +
                        " detected: ";
  for (std::size_t i = 0; i < violations.size(); ++i) {
    message += (i > 0 ? "; " : "") + violations[i];
  }
  throw AwsError(std::string(operation.service().row().validation_code), 400, message);
}

}  // namespace sagebrush::aws
