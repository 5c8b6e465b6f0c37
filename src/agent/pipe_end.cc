#include "agent/pipe_end.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/error.h"

namespace sagebrush::agent {
namespace {

// A reader that takes little at a time is woken less often; the system may allow less.
constexpr int kPipeBytes = 1 << 20;

}  // namespace

PipeEnd::PipeEnd(File end) : end_(std::move(end)) {
  ::fcntl(end_.fd(), F_SETPIPE_SZ, kPipeBytes);
}

void PipeEnd::write(std::span<const std::byte> data) const {
  while (!data.empty()) {
    const ssize_t n = ::write(end_.fd(), data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EPIPE) throw ReaderGone{};
    if (n < 0) throw_errno("write to the pipe");
    data = data.subspan(static_cast<std::size_t>(n));
  }
}

void PipeEnd::write(std::string_view text) const {
  write(std::as_bytes(std::span(text)));
}

void PipeEnd::write_file(const File& file) const {
  loff_t offset = 0;
  for (;;) {
    const ssize_t n = ::splice(file.fd(), &offset, end_.fd(), nullptr, kPipeBytes, 0);
    if (n == 0) return;
    if (n > 0 || errno == EINTR) continue;
    if (errno == EPIPE) throw ReaderGone{};
    if (errno == EINVAL) break;  // a file system that can't
    throw_errno("write to the pipe");
  }
  std::vector<std::byte> piece(kPipeBytes);
  for (auto at = static_cast<std::uint64_t>(offset);;) {
    const std::size_t got = file.read_at(at, piece);
    if (got == 0) return;
    write(std::span(piece).first(got));
    at += got;
  }
}

}  // namespace sagebrush::agent
