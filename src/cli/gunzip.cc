#include "cli/gunzip.h"

#include <zlib.h>

#include <array>
#include <limits>
#include <memory>

#include "base/error.h"

namespace sagebrush::cli {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

}  // namespace

bool is_gzip(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b");
}

std::string gunzip(std::string_view bytes, std::uint64_t limit_bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    throw Error(ErrorKind::kInvalid, "gzip data over 4 GiB");
  }
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK)
    throw Error(ErrorKind::kInternal, "zlib does not start");
  const std::unique_ptr<z_stream, InflateEnd> end(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 1 << 16> piece{};
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) {
      throw Error(ErrorKind::kInvalid, "broken or cut gzip data");
    }
    out.append(piece.data(), piece.size() - stream.avail_out);
    if (out.size() > limit_bytes)
      throw Error(ErrorKind::kInvalid, "gzip data unpack to more than they should");
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0) return out;
      inflateReset(&stream);  // another member follows
    }
  }
}

}  // namespace sagebrush::cli
