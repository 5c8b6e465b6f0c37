// Decodes an aws-chunked body. The first byte says how: trailers or not, signed or not, and in
// pieces of which size. Only AwsError may come out; however the body is cut, the outcome is the
// same; no more comes out than was declared.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "aws/aws_error.h"
#include "aws/chunked_body.h"

namespace {

constexpr std::uint64_t kDecodedLength = 11;

struct Outcome {
  std::string decoded;
  std::string error;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(std::span<const std::byte> body, unsigned how, std::size_t step) {
  sagebrush::aws::ChunkedBodyOptions options;
  options.decoded_length = kDecodedLength;
  options.trailers = (how & 1) != 0;
  if (options.trailers && (how & 2) != 0) options.announced = {"x-amz-checksum-crc32"};
  if ((how & 4) != 0) {
    options.signing = sagebrush::aws::ChunkSigning{std::string(32, 'k'), "20260131T120000Z",
                                                   "20260131/us-east-1/s3/aws4_request", "seed"};
  }
  Outcome outcome;
  try {
    sagebrush::aws::ChunkedBodyDecoder decoder(options);
    for (std::size_t at = 0; at < body.size(); at += step) {
      decoder.write(body.subspan(at, std::min(step, body.size() - at)), [&](auto piece) {
        outcome.decoded.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      });
    }
    decoder.finish();
    if (outcome.decoded.size() != kDecodedLength) std::abort();
  } catch (const sagebrush::aws::AwsError& error) {
    outcome.error = error.code();
  }
  if (outcome.decoded.size() > kDecodedLength) std::abort();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto body = std::as_bytes(std::span(data + 1, size - 1));
  const unsigned how = data[0];
  const Outcome whole = decode(body, how, size);
  if (decode(body, how, 1 + (how >> 3)) != whole) std::abort();
  return 0;
}
