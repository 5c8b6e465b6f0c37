#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "aws/codec_scalar.h"
#include "aws/json_codec.h"

namespace sagebrush::aws {
namespace {

void write(std::string& out, const std::optional<Shape>& shape, const boost::json::value& value);

void write_text(std::string& out, std::string_view text) {
  out += boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::optional<Shape> shape_of(const std::optional<Shape>& parent, std::string_view member) {
  if (!parent) return std::nullopt;
  if (parent->kind() == ShapeKind::kMap) return parent->value().shape();
  if (parent->kind() != ShapeKind::kStructure) return std::nullopt;
  std::optional<Member> found = parent->find_member(member);
  return found ? std::optional(found->shape()) : std::nullopt;
}

void write_object(std::string& out, const std::optional<Shape>& shape,
                  const boost::json::object& object) {
  out += '{';
  bool first = true;
  for (const auto& item : object) {
    if (item.value().is_null()) continue;
    if (!first) out += ',';
    first = false;
    write_text(out, item.key());
    out += ':';
    write(out, shape_of(shape, item.key()), item.value());
  }
  out += '}';
}

void write_array(std::string& out, const std::optional<Shape>& shape,
                 const boost::json::array& array) {
  std::optional<Shape> element;
  if (shape && shape->kind() == ShapeKind::kList) element = shape->element().shape();
  out += '[';
  bool first = true;
  for (const boost::json::value& item : array) {
    if (!first) out += ',';
    first = false;
    write(out, element, item);
  }
  out += ']';
}

void write(std::string& out, const std::optional<Shape>& shape, const boost::json::value& value) {
  if (value.is_object()) return write_object(out, shape, value.get_object());
  if (value.is_array()) return write_array(out, shape, value.get_array());
  if (shape && shape->kind() == ShapeKind::kTimestamp && value.is_number()) {
    out += seconds_to_text(value.to_number<double>());
  } else if (value.is_double()) {
    out += real_to_text(value.get_double());
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string encode_json(const Shape& shape, const boost::json::object& output) {
  std::string out;
  write_object(out, shape, output);
  return out;
}

}  // namespace sagebrush::aws
