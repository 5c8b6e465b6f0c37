#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>

#include "aws/aws_error.h"
#include "aws/codec_scalar.h"
#include "aws/query_codec.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::size_t kMaxParameters = 10000;
constexpr std::size_t kMaxDepth = 64;

// The parameters as a tree: one level a dot.
struct Node {
  std::optional<std::string> value;
  std::map<std::string, Node, std::less<>> children;

  const Node* find(std::string_view name) const {
    auto found = children.find(name);
    return found == children.end() ? nullptr : &found->second;
  }
};

[[noreturn]] void refuse(const std::string& path, std::string_view why) {
  throw AwsError("MalformedInput", 400, "Parameter " + path + " " + std::string(why));
}

Node make_tree(const Parameters& parameters) {
  Node root;
  for (const auto& [name, value] : parameters) {
    std::vector<std::string_view> parts = split(name, '.');
    if (parts.size() > kMaxDepth) refuse(name.substr(0, 256), "is nested too deeply");
    Node* node = &root;
    for (std::string_view part : parts) node = &node->children[std::string(part)];
    node->value = value;
  }
  return root;
}

boost::json::value decode(const Shape& shape, const Node& node, bool flattened,
                          const std::string& path);

// Children with numbers for names, in the order of the numbers; gaps are closed.
std::map<std::uint64_t, const Node*> numbered(const Node& node) {
  std::map<std::uint64_t, const Node*> found;
  for (const auto& [name, child] : node.children) {
    if (std::optional<std::uint64_t> number = parse_unsigned(name)) found.emplace(*number, &child);
  }
  return found;
}

boost::json::object decode_structure(const Shape& shape, const Node& node,
                                     const std::string& path) {
  boost::json::object object;
  for (Member member : shape.members()) {
    std::string_view name = member.wire_name();
    const Node* found = node.find(name);
    // A flattened list goes by its element's name where that has one.
    if (found == nullptr && member.flattened() && member.shape().kind() == ShapeKind::kList) {
      name = member.shape().element().wire_name();
      found = node.find(name);
    }
    if (found == nullptr) continue;
    std::string below = path.empty() ? std::string(name) : path + "." + std::string(name);
    object.emplace(member.name(), decode(member.shape(), *found, member.flattened(), below));
  }
  return object;
}

boost::json::array decode_list(const Shape& shape, const Node& node, bool flattened,
                               const std::string& path) {
  boost::json::array array;
  const Node* items = flattened ? &node : node.find(shape.element().wire_name());
  if (items == nullptr) return array;  // "Tags=" is an empty list
  for (const auto& [number, item] : numbered(*items)) {
    array.push_back(
        decode(shape.element().shape(), *item, false, path + "." + std::to_string(number)));
  }
  return array;
}

boost::json::object decode_map(const Shape& shape, const Node& node, bool flattened,
                               const std::string& path) {
  boost::json::object object;
  const Node* items = flattened ? &node : node.find("entry");
  if (items == nullptr) return object;
  for (const auto& [number, item] : numbered(*items)) {
    const Node* key = item->find(shape.key().wire_name());
    const Node* value = item->find(shape.value().wire_name());
    std::string below = path + "." + std::to_string(number);
    if (key == nullptr || !key->value || value == nullptr) refuse(below, "lacks a key or a value");
    object.insert_or_assign(*key->value, decode(shape.value().shape(), *value, false, below));
  }
  return object;
}

boost::json::value decode(const Shape& shape, const Node& node, bool flattened,
                          const std::string& path) {
  switch (shape.kind()) {
    case ShapeKind::kStructure: return decode_structure(shape, node, path);
    case ShapeKind::kList: return decode_list(shape, node, flattened, path);
    case ShapeKind::kMap: return decode_map(shape, node, flattened, path);
    default: break;
  }
  if (!node.value) refuse(path, "has no value");
  std::optional<boost::json::value> value = scalar_from_text(shape, *node.value);
  if (!value) refuse(path, "can not be read from '" + *node.value + "'");
  return *std::move(value);
}

}  // namespace

Parameters parse_form(std::string_view form) {
  Parameters parameters;
  if (form.empty()) return parameters;
  for (std::string_view part : split(form, '&')) {
    if (part.empty()) continue;
    std::size_t equal = part.find('=');
    std::optional<std::string> name = uri_decode(part.substr(0, equal), true);
    std::optional<std::string> value =
        equal == std::string_view::npos ? std::string() : uri_decode(part.substr(equal + 1), true);
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value)) {
      throw AwsError("InvalidArgument", 400, "a parameter is not percent-encoded UTF-8");
    }
    if (parameters.size() == kMaxParameters) {
      throw AwsError("InvalidArgument", 400, "more than 10000 parameters");
    }
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

boost::json::object decode_query(const Shape& shape, const Parameters& parameters) {
  return decode_structure(shape, make_tree(parameters), "");
}

}  // namespace sagebrush::aws
