#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "aws/codec_scalar.h"
#include "aws/model.h"

// Structures as XML, for the query and REST-XML protocols.
namespace sagebrush::aws {

// Appends elements to a text. Characters that XML must not hold raw, controls included, become
// references, as S3 does.
class XmlWriter {
 public:
  XmlWriter();
  void open(std::string_view name,
            std::string_view attributes = {});  // attributes: raw, ready-made
  void close(std::string_view name);
  void element(std::string_view name, std::string_view text);
  void text(std::string_view text);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// `a="b"`, escaped.
std::string xml_attribute(std::string_view name, std::string_view value);

// The members of a structure that belong in a body, without an element around them.
void write_xml_members(XmlWriter& writer, const Shape& shape, const boost::json::object& object,
                       TimeStyle style);
// One member in its element.
void write_xml_member(XmlWriter& writer, const Member& member, const boost::json::value& value,
                      TimeStyle style);

// Reads a body whose root element holds `shape`. Unknown elements are ignored; names match without
// their namespace prefix. Throws AwsError MalformedXML: not well-formed, a DOCTYPE, over 2 MiB,
// deeper than 64, not UTF-8, or a value of the wrong kind.
boost::json::object decode_xml(const Shape& shape, std::string_view body);

}  // namespace sagebrush::aws
