#include <algorithm>
#include <bit>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>

#include "aws/cbor_codec.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

namespace json = boost::json;

void put_head(std::string& out, unsigned major, std::uint64_t argument) {
  const auto first = static_cast<char>(major << 5);
  if (argument < 24) {
    out += static_cast<char>(first | static_cast<char>(argument));
    return;
  }
  const int width = argument <= 0xFF ? 0 : argument <= 0xFFFF ? 1 : argument <= 0xFFFFFFFF ? 2 : 3;
  out += static_cast<char>(first | static_cast<char>(24 + width));
  for (int shift = (8 << width) - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(argument >> shift);
  }
}

void put_text(std::string& out, std::string_view text) {
  put_head(out, 3, text.size());
  out += text;
}

void put_double(std::string& out, double number) {
  out += '\xFB';
  const auto bits = std::bit_cast<std::uint64_t>(number);
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift);
}

void put(std::string& out, const std::optional<Shape>& shape, const json::value& value);

std::optional<Shape> shape_of(const std::optional<Shape>& parent, std::string_view member) {
  if (!parent) return std::nullopt;
  if (parent->kind() == ShapeKind::kMap) return parent->value().shape();
  if (parent->kind() != ShapeKind::kStructure) return std::nullopt;
  const std::optional<Member> found = parent->find_member(member);
  return found ? std::optional(found->shape()) : std::nullopt;
}

void put_object(std::string& out, const std::optional<Shape>& shape, const json::object& object) {
  const auto there =
      std::ranges::count_if(object, [](const auto& member) { return !member.value().is_null(); });
  put_head(out, 5, static_cast<std::uint64_t>(there));
  for (const auto& member : object) {
    if (member.value().is_null()) continue;
    put_text(out, member.key());
    put(out, shape_of(shape, member.key()), member.value());
  }
}

void put_array(std::string& out, const std::optional<Shape>& shape, const json::array& array) {
  std::optional<Shape> element;
  if (shape && shape->kind() == ShapeKind::kList) element = shape->element().shape();
  put_head(out, 4, array.size());
  for (const json::value& item : array) put(out, element, item);
}

void put_number(std::string& out, const std::optional<Shape>& shape, const json::value& value) {
  const bool real =
      value.is_double() ||
      (shape && (shape->kind() == ShapeKind::kDouble || shape->kind() == ShapeKind::kFloat));
  if (real) return put_double(out, value.to_number<double>());
  if (value.is_uint64()) return put_head(out, 0, value.get_uint64());
  const std::int64_t number = value.get_int64();
  if (number >= 0) return put_head(out, 0, static_cast<std::uint64_t>(number));
  put_head(out, 1, static_cast<std::uint64_t>(-1 - number));
}

void put_string(std::string& out, const std::optional<Shape>& shape, std::string_view text) {
  if (!shape || shape->kind() != ShapeKind::kBlob) return put_text(out, text);
  const std::string bytes = from_base64(text).value_or("");
  put_head(out, 2, bytes.size());
  out += bytes;
}

void put(std::string& out, const std::optional<Shape>& shape, const json::value& value) {
  if (shape && shape->kind() == ShapeKind::kTimestamp && value.is_number()) {
    put_head(out, 6, 1);
    return put_double(out, value.to_number<double>());
  }
  switch (value.kind()) {
    case json::kind::object: return put_object(out, shape, value.get_object());
    case json::kind::array: return put_array(out, shape, value.get_array());
    case json::kind::string: return put_string(out, shape, value.get_string());
    case json::kind::bool_: out += value.get_bool() ? '\xF5' : '\xF4'; return;
    case json::kind::null: out += '\xF6'; return;
    default: put_number(out, shape, value);
  }
}

}  // namespace

std::string encode_cbor(const Shape& shape, const json::object& output) {
  std::string out;
  put_object(out, shape, output);
  return out;
}

std::string encode_cbor_texts(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  std::string out;
  put_head(out, 5, members.size());
  for (const auto& [name, text] : members) {
    put_text(out, name);
    put_text(out, text);
  }
  return out;
}

}  // namespace sagebrush::aws
