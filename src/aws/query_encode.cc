#include "aws/query_codec.h"
#include "aws/xml_codec.h"

namespace sagebrush::aws {

std::string encode_query(const Operation& operation, const boost::json::object& output,
                         std::string_view request_id) {
  std::string root = std::string(operation.name()) + "Response";
  XmlWriter writer;
  writer.open(root, xml_attribute("xmlns", operation.service().row().xml_namespace));
  if (std::optional<Shape> shape = operation.output()) {
    std::string_view wrapper = operation.result_wrapper();
    if (!wrapper.empty()) writer.open(wrapper);
    write_xml_members(writer, *shape, output, TimeStyle::kIsoSeconds);
    if (!wrapper.empty()) writer.close(wrapper);
  }
  writer.open("ResponseMetadata");
  writer.element("RequestId", request_id);
  writer.close("ResponseMetadata");
  writer.close(root);
  return writer.take();
}

}  // namespace sagebrush::aws
