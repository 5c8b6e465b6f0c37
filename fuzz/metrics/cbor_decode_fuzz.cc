#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "aws/aws_error.h"
#include "aws/cbor_codec.h"
#include "aws/registry.h"

// A CBOR body: what was taken, encoded, reads back as what encodes to the same bytes. (The first
// encoding may differ from the input: absent members may come as null, and a whole number where a
// real one belongs.)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  static const aws::Shape kShape =
      *aws::find_service("cloudwatch")->find_operation("PutMetricData")->input();
  try {
    const auto input =
        aws::decode_cbor(kShape, std::string_view(reinterpret_cast<const char*>(data), size));
    const std::string encoded = aws::encode_cbor(kShape, input);
    if (aws::encode_cbor(kShape, aws::decode_cbor(kShape, encoded)) != encoded) std::abort();
  } catch (const aws::AwsError&) {
  }
  return 0;
}
