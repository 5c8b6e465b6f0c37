#include "cli/upload_plan.h"

#include <fcntl.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 1 << 20;
constexpr std::uint64_t kPartSizes[] = {64 << 20, 8 << 20};  // S3Client's, the AWS CLI's

std::string below(const std::string& prefix, const std::string& name) {
  return prefix.empty() || prefix.ends_with('/') ? prefix + name : prefix + "/" + name;
}

// MD5 of `length` bytes from `offset`, raw.
std::string md5_of(const File& file, std::uint64_t offset, std::uint64_t length) {
  Hasher hasher(HashKind::kMd5);
  std::vector<std::byte> piece(kPiece);
  while (length > 0) {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(length, kPiece));
    const std::size_t got = file.read_at(offset, std::span(piece).first(want));
    if (got == 0) throw Error(ErrorKind::kIo, "a file became shorter while it was read");
    hasher.update(std::span(piece).first(got));
    offset += got;
    length -= got;
  }
  return hasher.finish();
}

}  // namespace

std::vector<LocalFile> files_to_upload(const fs::path& path, const S3Uri& target) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) throw Error(ErrorKind::kNotFound, path.string() + " does not exist");
  if (!fs::is_directory(status)) {
    const bool into = target.key.empty() || target.key.ends_with('/');
    return {{path, into ? target.key + path.filename().string() : target.key, fs::file_size(path)}};
  }
  std::vector<LocalFile> files;
  for (const auto& entry :
       fs::recursive_directory_iterator(path, fs::directory_options::follow_directory_symlink)) {
    if (!entry.is_regular_file()) continue;
    const std::string relative = entry.path().lexically_relative(path).generic_string();
    files.push_back({entry.path(), below(target.key, relative), entry.file_size()});
  }
  if (files.empty()) throw Error(ErrorKind::kInvalid, path.string() + " holds no files");
  std::ranges::sort(files, {}, &LocalFile::key);
  return files;
}

std::vector<fs::path> left_out(const fs::path& path) {
  std::vector<fs::path> others;
  if (!fs::is_directory(path)) return others;
  for (const auto& entry :
       fs::recursive_directory_iterator(path, fs::directory_options::follow_directory_symlink)) {
    if (!entry.is_regular_file() && !entry.is_directory()) others.push_back(entry.path());
  }
  std::ranges::sort(others);
  return others;
}

std::string etag_of_file(const fs::path& path, std::uint64_t part_size_bytes) {
  const File file = File::open(path, O_RDONLY);
  const std::uint64_t size = file.size();
  if (size <= part_size_bytes) return to_hex(md5_of(file, 0, size));
  std::string sums;
  std::uint64_t parts = 0;
  for (std::uint64_t offset = 0; offset < size; offset += part_size_bytes, ++parts) {
    sums += md5_of(file, offset, std::min(part_size_bytes, size - offset));
  }
  return to_hex(hash(HashKind::kMd5, sums)) + "-" + std::to_string(parts);
}

bool is_same(const LocalFile& file, const RemoteObject& object) {
  if (file.size_bytes != object.size_bytes) return false;
  const std::size_t dash = object.etag.find('-');
  if (dash == std::string::npos) return etag_of_file(file.path, file.size_bytes) == object.etag;
  const auto parts = parse_unsigned(std::string_view(object.etag).substr(dash + 1));
  return std::ranges::any_of(kPartSizes, [&](std::uint64_t size) {
    return parts == (file.size_bytes + size - 1) / size &&
           etag_of_file(file.path, size) == object.etag;
  });
}

}  // namespace sagebrush::cli
