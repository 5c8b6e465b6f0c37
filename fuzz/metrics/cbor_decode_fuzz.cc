#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/aws_error.h"
#include "aws/cbor_codec.h"
#include "aws/registry.h"

// A CBOR body: decoded, and what was taken reads back the same once encoded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  static const aws::Shape kShape =
      *aws::find_service("cloudwatch")->find_operation("PutMetricData")->input();
  try {
    const auto input =
        aws::decode_cbor(kShape, std::string_view(reinterpret_cast<const char*>(data), size));
    if (aws::decode_cbor(kShape, aws::encode_cbor(kShape, input)) != input) std::abort();
  } catch (const aws::AwsError&) {
  }
  return 0;
}
