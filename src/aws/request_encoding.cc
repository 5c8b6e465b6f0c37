#include "aws/request_encoding.h"

#include <zlib.h>

#include <array>
#include <memory>

#include "aws/aws_error.h"
#include "http/message.h"

namespace sagebrush::aws {
namespace {

constexpr int kGzip = 16 + MAX_WBITS;

std::string inflate_all(std::string& packed, std::size_t limit) {
  z_stream stream{};
  if (::inflateInit2(&stream, kGzip) != Z_OK) {
    throw AwsError("InternalFailure", 500, "no memory to unpack the request");
  }
  const std::unique_ptr<z_stream, int (*)(z_streamp)> end(&stream, ::inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  std::array<char, 32 * 1024> piece{};
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    state = ::inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
    if (out.size() > limit) {
      throw AwsError("RequestEntityTooLargeException", 413,
                     "The request is larger than 8 MiB when it is unpacked.");
    }
  }
  if (state != Z_STREAM_END || stream.avail_in != 0) {
    throw AwsError("SerializationException", 400, "The body is not whole gzip.");
  }
  return out;
}

}  // namespace

void decode_content(std::string_view content_encoding, std::size_t limit, std::string& body) {
  if (content_encoding.empty() || http::equal_ignoring_case(content_encoding, "identity")) return;
  if (!http::equal_ignoring_case(content_encoding, "gzip")) {
    throw AwsError("UnsupportedMediaTypeException", 415,
                   "Content-Encoding '" + std::string(content_encoding) +
                       "' is not served; use gzip or none.");
  }
  body = inflate_all(body, limit);
}

}  // namespace sagebrush::aws
