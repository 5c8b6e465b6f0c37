#include "container/layer_unpacker.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <memory>

#include "base/error.h"

namespace sagebrush::container {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kAufs = ".wh..wh.";  // other names of aufs's own
constexpr std::uint64_t kCheckEntries = 256;
constexpr std::uint64_t kCheckBytes = 2 << 20;

la_ssize_t read_piece(archive* /*tar*/, void* stream, const void** piece) {
  const auto next = static_cast<LayerStream*>(stream)->next();
  *piece = next.data();
  if (next.empty() && static_cast<LayerStream*>(stream)->error()) return ARCHIVE_FATAL;
  return static_cast<la_ssize_t>(next.size());
}

unsigned owner_number(std::int64_t number) {
  // 2^32 - 1 means "as it is" to chown.
  if (number < 0 || number >= std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorKind::kInvalid,
                "a file belongs to user or group " + std::to_string(number) + ", which can't be");
  }
  return static_cast<unsigned>(number);
}

class Unpacker {
 public:
  Unpacker(const ImageLayer& layer, const std::filesystem::path& root, const LayerLimits& limits,
           bool privileged, const std::function<void()>& check)
      : limits_(limits), stream_(layer), tree_(root, limits, privileged), check_(check) {
    archive_read_support_format_tar(tar_.get());
    archive_read_support_format_empty(tar_.get());
    if (archive_read_open(tar_.get(), &stream_, nullptr, read_piece, nullptr) != ARCHIVE_OK) fail();
  }

  UnpackedLayer run() {
    archive_entry* entry = nullptr;
    while (next(&entry)) {
      if (++done_.entries > limits_.entries) {
        throw Error(ErrorKind::kInvalid,
                    "it has more than " + std::to_string(limits_.entries) + " entries");
      }
      if (done_.entries % kCheckEntries == 0) check_();
      take(entry);
    }
    tree_.finish();
    stream_.verify();
    return done_;
  }

 private:
  bool next(archive_entry** entry) {
    const int result = archive_read_next_header(tar_.get(), entry);
    if (result == ARCHIVE_EOF) {
      if (stream_.error()) throw *stream_.error();
      return false;
    }
    // A warning is about names that are not UTF-8, which come as they are.
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail();
    return true;
  }

  [[noreturn]] void fail() {
    if (stream_.error()) throw *stream_.error();
    const char* why = archive_error_string(tar_.get());
    throw Error(ErrorKind::kInvalid,
                std::string("it is not a tar archive: ") + (why ? why : "unreadable"));
  }

  void take(archive_entry* entry) {
    const char* name = archive_entry_pathname(entry);
    if (!name) throw Error(ErrorKind::kInvalid, "an entry has no name");
    const std::string path = layer_path(name, limits_);
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
    const std::string part = path.substr(slash + 1);
    if (part == kOpaque) {
      tree_.opaque(folder);
    } else if (part.starts_with(kAufs)) {
      return;
    } else if (part.starts_with(kWhiteout)) {
      const std::string hidden = part.substr(kWhiteout.size());
      if (hidden.empty() || hidden == "." || hidden == "..") {
        throw Error(ErrorKind::kInvalid, "\"" + path + "\" removes nothing that has a name");
      }
      tree_.whiteout(folder.empty() ? hidden : folder + "/" + hidden);
    } else if (const char* target = archive_entry_hardlink(entry)) {
      tree_.hard_link(path, layer_path(target, limits_));
    } else {
      make(entry, path);
    }
  }

  void make(archive_entry* entry, const std::string& path) {
    switch (archive_entry_filetype(entry)) {
      case AE_IFDIR: return tree_.folder(path, attributes_of(entry));
      case AE_IFREG: return write_file(entry, path);
      case AE_IFIFO: return tree_.fifo(path, attributes_of(entry));
      case AE_IFLNK: {
        const char* target = archive_entry_symlink(entry);
        return tree_.symbolic_link(path, target ? target : "", attributes_of(entry));
      }
      case AE_IFCHR:
      case AE_IFBLK: ++done_.devices; return;
      default: throw Error(ErrorKind::kInvalid, "\"" + path + "\" is of a kind that no image has");
    }
  }

  void write_file(archive_entry* entry, const std::string& path) {
    const EntryAttributes attributes = attributes_of(entry);
    const std::int64_t size = archive_entry_size(entry);
    if (size < 0 || static_cast<std::uint64_t>(size) > limits_.bytes - done_.bytes) {
      throw Error(ErrorKind::kInvalid,
                  "its files have more than " + std::to_string(limits_.bytes) + " bytes");
    }
    done_.bytes += static_cast<std::uint64_t>(size);
    File file = tree_.file(path);
    const void* piece = nullptr;
    std::size_t bytes = 0;
    la_int64_t offset = 0;
    la_int64_t end = 0;
    for (;;) {
      const int result = archive_read_data_block(tar_.get(), &piece, &bytes, &offset);
      if (result == ARCHIVE_EOF) break;
      if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail();
      if (offset < end || bytes > static_cast<std::uint64_t>(size - offset)) {
        throw Error(ErrorKind::kInvalid, "\"" + path + "\" is a broken sparse file");
      }
      write_at(file, offset, {static_cast<const std::byte*>(piece), bytes});
      end = offset + static_cast<la_int64_t>(bytes);
      unchecked_bytes_ += bytes;
      if (unchecked_bytes_ >= kCheckBytes) {
        unchecked_bytes_ = 0;
        check_();
      }
    }
    // What a sparse file leaves out.
    if (end < size && ::ftruncate(file.fd(), size) != 0) throw_errno("set size of " + path);
    tree_.close_file(std::move(file), attributes);
  }

  static void write_at(const File& file, std::int64_t offset, std::span<const std::byte> piece) {
    while (!piece.empty()) {
      const ssize_t n = ::pwrite(file.fd(), piece.data(), piece.size(), offset);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_errno("write");
      piece = piece.subspan(static_cast<std::size_t>(n));
      offset += n;
    }
  }

  EntryAttributes attributes_of(archive_entry* entry) const {
    EntryAttributes out;
    out.mode = archive_entry_perm(entry);
    out.uid = owner_number(archive_entry_uid(entry));
    out.gid = owner_number(archive_entry_gid(entry));
    const long nanoseconds = archive_entry_mtime_nsec(entry);
    out.modified.tv_sec = archive_entry_mtime(entry);
    out.modified.tv_nsec = nanoseconds >= 0 && nanoseconds < 1'000'000'000 ? nanoseconds : 0;
    archive_entry_xattr_reset(entry);
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    std::size_t total = 0;
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
      total += size;
      if (total > limits_.attribute_bytes) {
        throw Error(ErrorKind::kInvalid, "a file's extended attributes are too large");
      }
      out.extended.emplace_back(name, std::string(static_cast<const char*>(value), size));
    }
    return out;
  }

  const LayerLimits& limits_;
  LayerStream stream_;
  LayerTree tree_;
  const std::function<void()>& check_;
  std::unique_ptr<archive, int (*)(archive*)> tar_{archive_read_new(), archive_read_free};
  UnpackedLayer done_;
  std::uint64_t unchecked_bytes_ = 0;
};

}  // namespace

UnpackedLayer unpack_layer(const ImageLayer& layer, const std::filesystem::path& root,
                           const LayerLimits& limits, bool privileged,
                           const std::function<void()>& check) {
  try {
    return Unpacker(layer, root, limits, privileged, check).run();
  } catch (const Error& error) {
    throw Error(error.kind(), "layer " + layer.digest + ": " + error.what());
  }
}

}  // namespace sagebrush::container
