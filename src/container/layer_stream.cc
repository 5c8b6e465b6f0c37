#include "container/layer_stream.h"

#include <fcntl.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "container/decompressor.h"

namespace sagebrush::container {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kPieceBytes = 512 * 1024;
constexpr std::size_t kPieces = 4;

// The blob's bytes, hashed as they pass.
class BlobReader {
 public:
  explicit BlobReader(const ImageLayer& layer) : file_(File::open(layer.blob, O_RDONLY)) {}

  std::span<const std::byte> next() {
    const std::size_t got = file_.read_at(offset_, buffer_);
    offset_ += got;
    const auto piece = std::span<const std::byte>(buffer_).first(got);
    hash_.update(piece);
    return piece;
  }
  // Reads what the decompressor had no use for, and answers what the whole is.
  std::string digest() {
    while (!next().empty()) {
    }
    return "sha256:" + to_hex(hash_.finish());
  }
  std::uint64_t bytes() const { return offset_; }

 private:
  File file_;
  std::uint64_t offset_ = 0;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(kReadBytes);
  Hasher hash_{HashKind::kSha256};
};

}  // namespace

struct LayerStream::Impl {
  struct Piece {
    std::vector<std::byte> bytes = std::vector<std::byte>(kPieceBytes);
    std::size_t size = 0;
  };

  explicit Impl(const ImageLayer& from) : layer(from) {
    thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  // The thread: fills pieces in a ring, one behind the one that the reader holds.
  void run(const std::stop_token& stop) {
    try {
      BlobReader reader(layer);
      const auto decompressor = open_decompressor([&] { return reader.next(); });
      for (;;) {
        {
          std::unique_lock hold(mutex);
          if (!changed.wait(hold, stop, [&] { return written - taken < kPieces; })) return;
        }
        Piece& piece = ring[written % kPieces];
        piece.size = decompressor->read(piece.bytes);
        if (piece.size == 0) break;
        const std::lock_guard hold(mutex);
        ++written;
        changed.notify_all();
      }
      finish(reader.digest(), reader.bytes(), std::nullopt);
    } catch (const Error& error) {
      finish("", 0, error);
    }
  }

  void finish(std::string digest, std::uint64_t bytes, std::optional<Error> why) {
    const std::lock_guard hold(mutex);
    blob_digest = std::move(digest);
    blob_bytes = bytes;
    failure = std::move(why);
    ended = true;
    changed.notify_all();
  }

  std::span<const std::byte> next() {
    std::unique_lock hold(mutex);
    if (held) {
      ++taken;
      held = false;
      changed.notify_all();
    }
    changed.wait(hold, [&] { return written > taken || ended; });
    if (written == taken || failure) return {};
    held = true;
    const Piece& piece = ring[taken % kPieces];
    const auto bytes = std::span<const std::byte>(piece.bytes).first(piece.size);
    hold.unlock();
    archive_hash.update(bytes);
    return bytes;
  }

  const ImageLayer layer;
  std::array<Piece, kPieces> ring;
  Hasher archive_hash{HashKind::kSha256};  // the reader's

  std::mutex mutex;
  std::condition_variable_any changed;
  std::uint64_t written = 0;
  std::uint64_t taken = 0;
  bool held = false;  // the reader looks at piece number `taken`
  bool ended = false;
  std::string blob_digest;
  std::uint64_t blob_bytes = 0;
  std::optional<Error> failure;
  std::jthread thread;  // last: it uses all above
};

LayerStream::LayerStream(const ImageLayer& layer) : impl_(std::make_unique<Impl>(layer)) {}
LayerStream::~LayerStream() = default;

std::span<const std::byte> LayerStream::next() {
  return impl_->next();
}

const std::optional<Error>& LayerStream::error() const {
  const std::lock_guard hold(impl_->mutex);
  return impl_->failure;
}

void LayerStream::verify() {
  while (!next().empty()) {
  }
  if (error()) throw *error();
  const ImageLayer& layer = impl_->layer;
  if (impl_->blob_bytes != layer.bytes || impl_->blob_digest != layer.digest) {
    throw Error(ErrorKind::kInvalid, "its blob holds " + std::to_string(impl_->blob_bytes) +
                                         " bytes with digest " + impl_->blob_digest);
  }
  const std::string found = "sha256:" + to_hex(impl_->archive_hash.finish());
  if (found != layer.diff_id) {
    throw Error(ErrorKind::kInvalid,
                "the image says that its content is " + layer.diff_id + ", it is " + found);
  }
}

}  // namespace sagebrush::container
