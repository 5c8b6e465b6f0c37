#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/s3_uri.h"

namespace sagebrush::cli {

struct LocalFile {
  std::filesystem::path path;
  std::string key;
  std::uint64_t size_bytes = 0;
};

struct RemoteObject {
  std::uint64_t size_bytes = 0;
  std::string etag;  // without quotes
};

// What `path` puts where: a file goes to the key, or below it when that is empty or ends in '/'; a
// folder's files go below it by their relative paths, sorted. Links are followed; what is neither
// file nor folder is left out. Throws Error{kNotFound} when there is nothing there, Error{kInvalid}
// when a folder holds no files.
std::vector<LocalFile> files_to_upload(const std::filesystem::path& path, const S3Uri& target);

// What files_to_upload leaves out below a folder: links to nothing, pipes, sockets and devices.
std::vector<std::filesystem::path> left_out(const std::filesystem::path& path);

// The ETag that S3 gives these bytes: MD5, or of more than one part "MD5 of the parts' MD5s-count".
std::string etag_of_file(const std::filesystem::path& path, std::uint64_t part_size_bytes);

// Whether the object already is this file, as far as its ETag tells: put in one piece, or in parts
// of the size that this program or the AWS CLI takes. Reads the file only when the sizes agree.
bool is_same(const LocalFile& file, const RemoteObject& object);

}  // namespace sagebrush::cli
