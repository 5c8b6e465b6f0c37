#include <boost/json/array.hpp>
#include <optional>
#include <pugixml.hpp>

#include "aws/aws_error.h"
#include "aws/xml_codec.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::size_t kMaxBytes = 2 * 1024 * 1024;
constexpr int kMaxDepth = 64;

[[noreturn]] void refuse() {
  throw AwsError("MalformedXML", 400,
                 "The XML you provided was not well-formed or did not validate against our "
                 "published schema");
}

std::string_view local_name(std::string_view name) {
  std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// Walks without recursion: the input decides the depth.
void check_depth(const pugi::xml_document& document) {
  int depth = 0;
  pugi::xml_node node = document.first_child();
  while (node) {
    if (node.type() == pugi::node_doctype) refuse();
    if (pugi::xml_node child = node.first_child()) {
      if (++depth > kMaxDepth) refuse();
      node = child;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node) node = node.next_sibling();
  }
}

std::string text_of_node(const pugi::xml_node& node) {
  std::string text;
  for (pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      text += child.value();
    }
  }
  return text;
}

boost::json::value decode(const Shape& shape, const pugi::xml_node& node);

pugi::xml_node find_child(const pugi::xml_node& node, std::string_view name) {
  for (pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_element && local_name(child.name()) == name) return child;
  }
  return {};
}

boost::json::array decode_children(const Shape& element, const pugi::xml_node& node,
                                   std::string_view name) {
  boost::json::array array;
  for (pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_element || local_name(child.name()) != name) continue;
    array.push_back(decode(element, child));
  }
  return array;
}

void add_entry(const Shape& shape, const pugi::xml_node& entry, boost::json::object& object) {
  pugi::xml_node key = find_child(entry, shape.key().wire_name());
  pugi::xml_node value = find_child(entry, shape.value().wire_name());
  if (!key || !value) refuse();
  object.insert_or_assign(text_of_node(key), decode(shape.value().shape(), value));
}

boost::json::object decode_map(const Shape& shape, const pugi::xml_node& node,
                               std::string_view name) {
  boost::json::object object;
  for (pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_element && local_name(child.name()) == name) {
      add_entry(shape, child, object);
    }
  }
  return object;
}

// A member whose items stand among its parent's children.
std::optional<boost::json::value> decode_flattened(const Member& member,
                                                   const pugi::xml_node& node) {
  Shape shape = member.shape();
  if (shape.kind() == ShapeKind::kMap) {
    boost::json::object map = decode_map(shape, node, member.wire_name());
    return map.empty() ? std::nullopt : std::optional<boost::json::value>(std::move(map));
  }
  Member element = shape.element();
  std::string_view name =
      element.has(tables::kNamedOnWire) ? element.wire_name() : member.wire_name();
  boost::json::array list = decode_children(element.shape(), node, name);
  return list.empty() ? std::nullopt : std::optional<boost::json::value>(std::move(list));
}

std::optional<boost::json::value> decode_attribute(const Member& member,
                                                   const pugi::xml_node& node) {
  for (pugi::xml_attribute attribute : node.attributes()) {
    if (local_name(attribute.name()) == local_name(member.wire_name())) {
      return scalar_from_text(member.shape(), attribute.value());
    }
  }
  return std::nullopt;
}

std::optional<boost::json::value> decode_member(const Member& member, const pugi::xml_node& node) {
  if (member.has(tables::kXmlAttribute)) return decode_attribute(member, node);
  bool collection =
      member.shape().kind() == ShapeKind::kList || member.shape().kind() == ShapeKind::kMap;
  if (collection && member.flattened()) return decode_flattened(member, node);
  pugi::xml_node child = find_child(node, member.wire_name());
  if (!child) return std::nullopt;
  return decode(member.shape(), child);
}

boost::json::object decode_structure(const Shape& shape, const pugi::xml_node& node) {
  boost::json::object object;
  for (Member member : shape.members()) {
    if (member.location() != Location::kBody) continue;
    if (std::optional<boost::json::value> value = decode_member(member, node)) {
      object.emplace(member.name(), *std::move(value));
    }
  }
  return object;
}

boost::json::value decode(const Shape& shape, const pugi::xml_node& node) {
  switch (shape.kind()) {
    case ShapeKind::kStructure: return decode_structure(shape, node);
    case ShapeKind::kList:
      return decode_children(shape.element().shape(), node, shape.element().wire_name());
    case ShapeKind::kMap: return decode_map(shape, node, "entry");
    default: break;
  }
  std::optional<boost::json::value> value = scalar_from_text(shape, text_of_node(node));
  if (!value) refuse();
  return *std::move(value);
}

}  // namespace

boost::json::object decode_xml(const Shape& shape, std::string_view body) {
  if (body.size() > kMaxBytes || !is_utf8(body)) refuse();
  pugi::xml_document document;
  unsigned options = pugi::parse_default | pugi::parse_ws_pcdata_single | pugi::parse_doctype;
  if (!document.load_buffer(body.data(), body.size(), options, pugi::encoding_utf8)) refuse();
  check_depth(document);
  if (!document.document_element()) refuse();
  return decode_structure(shape, document.document_element());
}

}  // namespace sagebrush::aws
