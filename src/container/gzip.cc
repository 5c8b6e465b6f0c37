#include "container/gzip.h"

#include <fcntl.h>
#include <isa-l.h>
#include <zlib.h>

#include <array>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::container {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

unsigned char* bytes_of(std::span<const std::byte> data) {
  return const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(data.data()));
}

class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) {
      throw Error(ErrorKind::kInternal, "inflate could not start");
    }
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream& operator*() { return stream_; }

 private:
  z_stream stream_{};
};

}  // namespace

#if defined(__x86_64__)

struct GzipWriter::Impl {
  ByteSink sink;
  isal_zstream stream{};
  std::vector<unsigned char> level_buffer = std::vector<unsigned char>(ISAL_DEF_LVL1_LARGE);
  std::vector<unsigned char> out = std::vector<unsigned char>(kPiece);

  explicit Impl(ByteSink to) : sink(std::move(to)) {
    isal_deflate_init(&stream);
    stream.gzip_flag = IGZIP_GZIP;
    stream.level = 1;
    stream.level_buf = level_buffer.data();
    stream.level_buf_size = static_cast<std::uint32_t>(level_buffer.size());
  }

  void run(std::span<const std::byte> data, bool last) {
    stream.next_in = bytes_of(data);
    stream.avail_in = static_cast<std::uint32_t>(data.size());
    stream.end_of_stream = last;
    do {
      stream.next_out = out.data();
      stream.avail_out = static_cast<std::uint32_t>(out.size());
      if (isal_deflate(&stream) != COMP_OK) throw Error(ErrorKind::kInternal, "compression failed");
      sink(std::as_bytes(std::span(out)).first(out.size() - stream.avail_out));
    } while (stream.avail_out == 0);
  }
};

#else

struct GzipWriter::Impl {
  ByteSink sink;
  z_stream stream{};
  std::vector<unsigned char> out = std::vector<unsigned char>(kPiece);

  explicit Impl(ByteSink to) : sink(std::move(to)) {
    if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw Error(ErrorKind::kInternal, "compression could not start");
    }
  }
  ~Impl() { deflateEnd(&stream); }

  void run(std::span<const std::byte> data, bool last) {
    stream.next_in = bytes_of(data);
    stream.avail_in = static_cast<uInt>(data.size());
    do {
      stream.next_out = out.data();
      stream.avail_out = static_cast<uInt>(out.size());
      deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
      sink(std::as_bytes(std::span(out)).first(out.size() - stream.avail_out));
    } while (stream.avail_out == 0);
  }
};

#endif

GzipWriter::GzipWriter(ByteSink sink) : impl_(std::make_unique<Impl>(std::move(sink))) {}
GzipWriter::~GzipWriter() = default;

void GzipWriter::write(std::span<const std::byte> data) {
  for (; !data.empty(); data = data.subspan(std::min(kPiece, data.size()))) {
    impl_->run(data.first(std::min(kPiece, data.size())), false);
  }
}

void GzipWriter::finish() {
  impl_->run({}, true);
}

void gunzip(const File& from, const std::string& name, std::uint64_t limit_bytes,
            const ByteSink& sink) {
  const auto fail = [&](const char* why) { throw Error(ErrorKind::kInvalid, name + " " + why); };
  std::vector<std::byte> input(kPiece);
  std::vector<std::byte> output(kPiece);
  Inflater inflater;
  std::uint64_t offset = 0;
  std::uint64_t total = 0;
  int result = Z_STREAM_END;
  for (;;) {
    const std::size_t got = from.read_at(offset, input);
    if (got == 0) break;
    offset += got;
    (*inflater).next_in = bytes_of(input);
    (*inflater).avail_in = static_cast<uInt>(got);
    while ((*inflater).avail_in > 0) {
      if (result == Z_STREAM_END) inflateReset(&*inflater);  // another member follows
      (*inflater).next_out = bytes_of(output);
      (*inflater).avail_out = static_cast<uInt>(output.size());
      result = inflate(&*inflater, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END) fail("is not intact gzip data");
      const std::size_t made = output.size() - (*inflater).avail_out;
      total += made;
      if (total > limit_bytes)
        throw Error(ErrorKind::kLimitExceeded, "decompressed data too large");
      sink(std::span(output).first(made));
    }
  }
  if (offset == 0 || result != Z_STREAM_END) fail("is cut short");
}

void gunzip_file(const std::filesystem::path& from, const std::filesystem::path& to,
                 std::uint64_t limit_bytes) {
  const File in = File::open(from, O_RDONLY);
  File out = File::open(to, O_WRONLY | O_CREAT | O_TRUNC);
  gunzip(in, from.filename().string(), limit_bytes,
         [&out](std::span<const std::byte> piece) { out.write_all(piece); });
  out.close();
}

}  // namespace sagebrush::container
