#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aws/aws_error.h"
#include "aws/json_codec.h"
#include "aws/registry.h"
#include "aws/validation.h"
#include "base/error.h"

// A JSON body: decoded, checked against the model, and what was taken must encode.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  static const aws::Operation kOperations[] = {
      *aws::find_service("sagemaker")->find_operation("CreateTrainingJob"),
      *aws::find_service("logs")->find_operation("PutLogEvents")};
  std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const aws::Operation& operation : kOperations) {
    try {
      boost::json::object input = aws::decode_json(operation.input(), body);
      aws::find_violations(*operation.input(), input);
      aws::decode_json(operation.input(), aws::encode_json(*operation.input(), input));
    } catch (const aws::AwsError&) {
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInvalid) throw;  // kInvalid: a time that is none
    }
  }
  return 0;
}
