#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aws/aws_error.h"
#include "aws/query_codec.h"
#include "aws/registry.h"
#include "aws/validation.h"
#include "base/error.h"

// A form: decoded as requests with lists, maps and structures, and checked against the model.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  static const aws::Operation kOperations[] = {
      *aws::find_service("sts")->find_operation("AssumeRole"),
      *aws::find_service("iam")->find_operation("SimulatePrincipalPolicy")};
  std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const aws::Operation& operation : kOperations) {
    try {
      boost::json::object input = aws::decode_query(*operation.input(), aws::parse_form(body));
      aws::find_violations(*operation.input(), input);
    } catch (const aws::AwsError&) {
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInvalid) throw;
    }
  }
  return 0;
}
