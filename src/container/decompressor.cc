#include "container/decompressor.h"

#include <isa-l.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"

namespace sagebrush::container {
namespace {

constexpr std::array<unsigned char, 2> kGzip{0x1F, 0x8B};
constexpr std::array<unsigned char, 4> kZstd{0x28, 0xB5, 0x2F, 0xFD};
constexpr int kLargestWindowLog = 27;

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorKind::kInvalid, what);
}

// A source whose next piece can be looked at.
class Input {
 public:
  explicit Input(ByteSource source) : source_(std::move(source)), piece_(source_()) {}

  // Empty at the end only.
  std::span<const std::byte> piece() {
    if (piece_.empty() && !ended_) {
      piece_ = source_();
      ended_ = piece_.empty();
    }
    return piece_;
  }
  void take(std::size_t bytes) { piece_ = piece_.subspan(bytes); }

  template <std::size_t N>
  bool starts_with(const std::array<unsigned char, N>& magic) const {
    return piece_.size() >= N && std::memcmp(piece_.data(), magic.data(), N) == 0;
  }

 private:
  ByteSource source_;
  std::span<const std::byte> piece_;
  bool ended_ = false;
};

class Plain : public Decompressor {
 public:
  explicit Plain(Input input) : input_(std::move(input)) {}
  std::size_t read(std::span<std::byte> out) override {
    const auto piece = input_.piece();
    const std::size_t bytes = std::min(piece.size(), out.size());
    std::copy_n(piece.begin(), bytes, out.begin());
    input_.take(bytes);
    return bytes;
  }

 private:
  Input input_;
};

class Gzip : public Decompressor {
 public:
  explicit Gzip(Input input) : input_(std::move(input)), state_(new inflate_state) { begin(); }

  std::size_t read(std::span<std::byte> out) override {
    while (!ended_) {
      // Without input it still gives what a full `out` held back.
      const auto piece = input_.piece();
      if (between_members_) {
        // Zeros and other padding behind the last member mean nothing, as to gzip.
        ended_ = piece.empty() || piece[0] != std::byte{kGzip[0]};
        if (ended_) break;
        begin();
      }
      state_->next_in =
          const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(piece.data()));
      state_->avail_in = static_cast<std::uint32_t>(piece.size());
      state_->next_out = reinterpret_cast<unsigned char*>(out.data());
      state_->avail_out = static_cast<std::uint32_t>(out.size());
      if (isal_inflate(state_.get()) != ISAL_DECOMP_OK) fail("the gzip data is broken");
      input_.take(piece.size() - state_->avail_in);
      between_members_ = state_->block_state == ISAL_BLOCK_FINISH;
      if (const std::size_t made = out.size() - state_->avail_out; made > 0) return made;
      if (piece.empty() && !between_members_) fail("the gzip data is cut short");
    }
    return 0;
  }

 private:
  void begin() {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
    between_members_ = false;
  }

  Input input_;
  std::unique_ptr<inflate_state> state_;
  bool between_members_ = false;
  bool ended_ = false;
};

class Zstd : public Decompressor {
 public:
  explicit Zstd(Input input) : input_(std::move(input)), stream_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (!stream_) throw Error(ErrorKind::kInternal, "zstd could not start");
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kLargestWindowLog);
  }

  std::size_t read(std::span<std::byte> out) override {
    for (;;) {
      const auto piece = input_.piece();
      // What a full `out` held back comes without further input.
      if (piece.empty() && between_frames_) return 0;
      ZSTD_inBuffer in{piece.data(), piece.size(), 0};
      ZSTD_outBuffer made{out.data(), out.size(), 0};
      const std::size_t rest = ZSTD_decompressStream(stream_.get(), &made, &in);
      if (ZSTD_isError(rest)) fail("the zstd data is broken");
      input_.take(in.pos);
      between_frames_ = rest == 0;
      if (made.pos > 0) return made.pos;
      if (piece.empty()) {
        if (between_frames_) return 0;
        fail("the zstd data is cut short");
      }
    }
  }

 private:
  Input input_;
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> stream_;
  bool between_frames_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> open_decompressor(ByteSource source) {
  Input input(std::move(source));
  if (input.starts_with(kGzip)) return std::make_unique<Gzip>(std::move(input));
  if (input.starts_with(kZstd)) return std::make_unique<Zstd>(std::move(input));
  return std::make_unique<Plain>(std::move(input));
}

}  // namespace sagebrush::container
