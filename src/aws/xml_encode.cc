#include <fmt/format.h>

#include "aws/xml_codec.h"
#include "base/error.h"

namespace sagebrush::aws {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          out += fmt::format("&#x{:x};", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
}

std::string attributes_of(const Member& member, const Shape& shape,
                          const boost::json::object& object) {
  std::string attributes;
  if (!member.namespace_uri().empty()) {
    std::string name = "xmlns";
    if (!member.namespace_prefix().empty()) name += ":" + std::string(member.namespace_prefix());
    attributes += xml_attribute(name, member.namespace_uri());
  }
  for (Member inner : shape.members()) {
    const boost::json::value* value = object.if_contains(inner.name());
    if (!inner.has(tables::kXmlAttribute) || value == nullptr) continue;
    if (!attributes.empty()) attributes += ' ';
    attributes += xml_attribute(inner.wire_name(),
                                scalar_to_text(inner.shape(), *value, TimeStyle::kIsoSeconds));
  }
  return attributes;
}

void write_named(XmlWriter& writer, const Member& member, std::string_view name,
                 const boost::json::value& value, TimeStyle style) {
  Shape shape = member.shape();
  if (shape.kind() != ShapeKind::kStructure) {
    return writer.element(name, scalar_to_text(shape, value, style));
  }
  writer.open(name, attributes_of(member, shape, value.as_object()));
  write_xml_members(writer, shape, value.as_object(), style);
  writer.close(name);
}

void write_any(XmlWriter& writer, const Member& member, std::string_view name,
               const boost::json::value& value, TimeStyle style);

void write_list(XmlWriter& writer, const Member& member, std::string_view name,
                const boost::json::array& array, TimeStyle style) {
  Member element = member.shape().element();
  bool flattened = member.flattened();
  std::string_view item_name = element.wire_name();
  if (flattened && !element.has(tables::kNamedOnWire)) item_name = name;
  if (!flattened) writer.open(name);
  for (const boost::json::value& item : array) write_any(writer, element, item_name, item, style);
  if (!flattened) writer.close(name);
}

void write_map(XmlWriter& writer, const Member& member, std::string_view name,
               const boost::json::object& object, TimeStyle style) {
  Shape shape = member.shape();
  std::string_view entry = member.flattened() ? name : "entry";
  if (!member.flattened()) writer.open(name);
  for (const auto& item : object) {
    writer.open(entry);
    writer.element(shape.key().wire_name(), item.key());
    write_any(writer, shape.value(), shape.value().wire_name(), item.value(), style);
    writer.close(entry);
  }
  if (!member.flattened()) writer.close(name);
}

void write_any(XmlWriter& writer, const Member& member, std::string_view name,
               const boost::json::value& value, TimeStyle style) {
  switch (member.shape().kind()) {
    case ShapeKind::kList: return write_list(writer, member, name, value.as_array(), style);
    case ShapeKind::kMap: return write_map(writer, member, name, value.as_object(), style);
    default: return write_named(writer, member, name, value, style);
  }
}

}  // namespace

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

void XmlWriter::open(std::string_view name, std::string_view attributes) {
  out_ += '<';
  out_ += name;
  if (!attributes.empty()) out_ += ' ';
  out_ += attributes;
  out_ += '>';
}

void XmlWriter::close(std::string_view name) {
  out_ += "</";
  out_ += name;
  out_ += '>';
}

void XmlWriter::element(std::string_view name, std::string_view text) {
  open(name);
  append_escaped(out_, text);
  close(name);
}

void XmlWriter::text(std::string_view text) {
  append_escaped(out_, text);
}

std::string xml_attribute(std::string_view name, std::string_view value) {
  std::string out = std::string(name) + "=\"";
  append_escaped(out, value);
  return out + "\"";
}

void write_xml_members(XmlWriter& writer, const Shape& shape, const boost::json::object& object,
                       TimeStyle style) {
  for (Member member : shape.members()) {
    if (member.location() != Location::kBody || member.has(tables::kXmlAttribute)) continue;
    const boost::json::value* value = object.if_contains(member.name());
    if (value == nullptr || value->is_null()) continue;
    write_xml_member(writer, member, *value, style);
  }
}

void write_xml_member(XmlWriter& writer, const Member& member, const boost::json::value& value,
                      TimeStyle style) {
  write_any(writer, member, member.wire_name(), value, style);
}

}  // namespace sagebrush::aws
