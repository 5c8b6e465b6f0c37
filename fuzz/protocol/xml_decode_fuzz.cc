#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aws/aws_error.h"
#include "aws/registry.h"
#include "aws/validation.h"
#include "aws/xml_codec.h"
#include "base/error.h"

// An XML body: decoded as each payload that S3 has, and what was taken must encode.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  static const aws::Service kS3 = *aws::find_service("s3");
  std::string_view body(reinterpret_cast<const char*>(data), size);
  for (std::string_view name :
       {"DeleteObjects", "CompleteMultipartUpload", "CreateBucket", "PutBucketAcl"}) {
    aws::Shape shape = kS3.find_operation(name)->input()->payload()->shape();
    try {
      boost::json::object input = aws::decode_xml(shape, body);
      aws::find_violations(shape, input);
      aws::XmlWriter writer;
      writer.open("Root");
      aws::write_xml_members(writer, shape, input, aws::TimeStyle::kIsoMilliseconds);
      writer.close("Root");
    } catch (const aws::AwsError&) {
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInvalid) throw;
    }
  }
  return 0;
}
