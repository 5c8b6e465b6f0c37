#include "algorithms/image_classification/file.h"

#include <fcntl.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;

void system_error(const std::string& what) {
  throw Error(ErrorKind::kSystem, what + ": " + std::strerror(errno));
}

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

void sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) system_error("cannot sync folder " + folder.string());
}

void write_all(int fd, const void* data, std::size_t size, const fs::path& path) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(fd, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) system_error("cannot write " + path.string());
    at += written;
    size -= static_cast<std::size_t>(written);
  }
}

Bytes inflate_gzip(const Bytes& packed, const fs::path& path, std::size_t max_bytes) {
  // The trailer's length (modulo 2^32) is only a hint; a liar costs one reallocation or 1032 times
  // the packed size.
  std::uint32_t hint = 0;
  if (packed.size() >= 18) std::memcpy(&hint, packed.data() + packed.size() - 4, 4);
  Bytes out(std::max<std::size_t>(
      4096, std::min({std::size_t{hint} + 1, packed.size() * 1032, max_bytes + 1})));
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_GZIP;
  state->next_in = const_cast<std::uint8_t*>(packed.data());
  std::size_t fed = 0;
  std::size_t produced = 0;
  for (;;) {
    if (state->avail_in == 0 && fed < packed.size()) {
      const std::size_t piece = std::min<std::size_t>(packed.size() - fed, std::size_t{1} << 30);
      state->next_in = const_cast<std::uint8_t*>(packed.data()) + fed;
      state->avail_in = static_cast<std::uint32_t>(piece);
      fed += piece;
    }
    if (produced == out.size()) out.resize(std::min(max_bytes + 1, out.size() * 2));
    const std::size_t room = std::min<std::size_t>(out.size() - produced, std::size_t{1} << 30);
    state->next_out = out.data() + produced;
    state->avail_out = static_cast<std::uint32_t>(room);
    const std::uint32_t before = state->avail_in;
    if (isal_inflate(state.get()) != ISAL_DECOMP_OK)
      user_error(path.string() + ": the gzip stream is damaged; upload the file again");
    const std::size_t made = room - state->avail_out;
    produced += made;
    if (produced > max_bytes)
      user_error(path.string() + ": inflates to more than " + std::to_string(max_bytes) + " bytes");
    if (state->block_state == ISAL_BLOCK_FINISH) {
      if (state->avail_in == 0 && fed == packed.size()) break;
      isal_inflate_reset(state.get());  // the next gzip member
      state->crc_flag = ISAL_GZIP;
    } else if (made == 0 && before == state->avail_in && fed == packed.size() && room > 0) {
      user_error(path.string() + ": the gzip stream is truncated; upload the file again");
    }
  }
  out.resize(produced);
  return out;
}

}  // namespace

Bytes read_file(const fs::path& path, std::size_t max_bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) system_error("cannot open " + path.string());
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) system_error("cannot read " + path.string());
  if (!S_ISREG(info.st_mode)) user_error(path.string() + ": is not a regular file");
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes)
    user_error(path.string() + ": has " + std::to_string(info.st_size) + " bytes, at most " +
               std::to_string(max_bytes) + " are read");
  Bytes bytes(static_cast<std::size_t>(info.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) system_error("cannot read " + path.string());
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Bytes read_maybe_gzip(const fs::path& path, std::size_t max_bytes) {
  Bytes bytes = read_file(path, max_bytes);
  if (bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
    return inflate_gzip(bytes, path, max_bytes);
  return bytes;
}

void write_file_atomically(const fs::path& path, const void* data, std::size_t size) {
  fs::path temporary = path;
  temporary += ".tmp";
  {
    const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) system_error("cannot create " + temporary.string());
    write_all(fd.get(), data, size, temporary);
    if (::fsync(fd.get()) != 0) system_error("cannot sync " + temporary.string());
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    system_error("cannot rename " + temporary.string() + " to " + path.string());
  sync_folder(path.parent_path());
}

void write_file_atomically(const fs::path& path, std::string_view text) {
  write_file_atomically(path, text.data(), text.size());
}

std::uint32_t crc32(const void* data, std::size_t size) {
  return crc32_gzip_refl(0, static_cast<const unsigned char*>(data), size);
}

}  // namespace sagebrush::vision
