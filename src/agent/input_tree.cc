#include "agent/input_tree.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"
#include "container/gzip.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
using agent_protocol::InputFile;

constexpr std::size_t kFilesForThreads = 2000;
constexpr int kThreads = 4;
constexpr std::uint64_t kUnpackedLimit = 1ULL << 40;

[[noreturn]] void refuse(const InputFile& file, const std::string& why) {
  throw Error(ErrorKind::kInvalid, "object s3://" + file.bucket + "/" + file.key + " " + why);
}

void check_path(const InputFile& file) {
  if (file.path.empty() || file.path.find('\0') != std::string::npos) {
    refuse(file, "has a name that can't be a file's");
  }
  for (const auto part : split(file.path, '/')) {
    if (part.empty() || part == "." || part == ".." || part.size() > 255) {
      refuse(file, "has a name that can't be a file's: \"" + file.path + "\"");
    }
  }
}

// Keys that end in a slash with nothing in them stand for folders in consoles.
bool is_folder_mark(const InputFile& file) {
  return file.path.ends_with('/') && file.bytes == 0;
}

std::vector<InputFile> without_marks(const std::vector<InputFile>& files) {
  std::vector<InputFile> kept;
  for (const auto& file : files) {
    if (!is_folder_mark(file) && !file.path.empty()) kept.push_back(file);
  }
  return kept;
}

bool has_marks(const std::vector<InputFile>& files) {
  for (const auto& file : files) {
    if (is_folder_mark(file) || file.path.empty()) return true;
  }
  return false;
}

// The store writes its files for its own user alone, and a container may run as another. The
// store's folder and the attempt's are closed to all others, so that whoever reaches the file was
// shown it.
void let_all_read(const fs::path& target) {
  constexpr mode_t kRead = 0444;
  struct stat status{};
  if (::stat(target.c_str(), &status) != 0) throw_errno("stat " + target.string());
  if ((status.st_mode & kRead) == kRead) return;
  if (::chmod(target.c_str(), (status.st_mode & 07777) | kRead) != 0) {
    throw_errno("chmod " + target.string());
  }
}

void link_or_copy(const InputFile& file, const fs::path& target) {
  // EEXIST: placed before this agent was started again.
  if (::link(file.blob.c_str(), target.c_str()) != 0 && errno != EEXIST) {
    if (errno != EXDEV && errno != EMLINK && errno != EPERM && errno != EOPNOTSUPP) {
      throw_errno("link " + target.string());
    }
    fs::copy_file(file.blob, target, fs::copy_options::overwrite_existing);
  }
  let_all_read(target);
}

void link_all(const std::vector<InputFile>& files, const fs::path& folder, std::size_t first,
              std::size_t step) {
  for (std::size_t i = first; i < files.size(); i += step) {
    if (!files[i].blob.empty()) link_or_copy(files[i], folder / files[i].path);
  }
}

// Thousands of links take most of a second in one thread.
void link_all(const std::vector<InputFile>& files, const fs::path& folder) {
  if (files.size() < kFilesForThreads) return link_all(files, folder, 0, 1);
  std::mutex mutex;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        try {
          link_all(files, folder, static_cast<std::size_t>(i), kThreads);
        } catch (const std::exception&) {
          const std::lock_guard hold(mutex);
          failure = std::current_exception();
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
}

void make_folders(const std::vector<InputFile>& files, const fs::path& folder) {
  fs::create_directories(folder);
  for (const auto& name : folders_for(files)) fs::create_directory(folder / name);
}

void unpack(const std::vector<InputFile>& files, const fs::path& folder) {
  for (const auto& file : files) {
    if (!file.path.ends_with(".gz")) continue;
    const fs::path packed = folder / file.path;
    fs::path plain = packed;
    plain.replace_extension();
    if (!fs::exists(packed)) continue;  // done before this agent was started again
    const fs::path partial = plain.string() + ".sagebrush-partial";
    try {
      container::gunzip_file(packed, partial, kUnpackedLimit);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInvalid) refuse(file, "is not intact gzip data");
      throw;
    }
    fs::rename(partial, plain);
    fs::remove(packed);
  }
}

}  // namespace

std::vector<std::string> folders_for(const std::vector<InputFile>& files) {
  std::unordered_set<std::string> folders;
  std::vector<std::string> ordered;
  for (const auto& file : files) {
    check_path(file);
    for (auto slash = file.path.find('/'); slash != std::string::npos;
         slash = file.path.find('/', slash + 1)) {
      auto [at, added] = folders.insert(file.path.substr(0, slash));
      if (added) ordered.push_back(*at);
    }
  }
  std::unordered_set<std::string_view> names;
  for (const auto& file : files) {
    if (folders.contains(file.path)) refuse(file, "is also the folder of other objects");
    if (!names.insert(file.path).second) refuse(file, "has the same file name as another object");
  }
  return ordered;
}

void place_channel(const agent_protocol::InputChannel& channel, const fs::path& folder,
                   ObjectCalls& objects) {
  std::vector<InputFile> kept;
  if (has_marks(channel.files)) kept = without_marks(channel.files);
  const auto& files = has_marks(channel.files) ? kept : channel.files;
  make_folders(files, folder);
  link_all(files, folder);
  for (const auto& file : files) {
    if (file.blob.empty()) objects.get_file({file.bucket, file.key}, folder / file.path);
  }
  if (channel.compression == "Gzip") unpack(files, folder);
}

void restore_checkpoints(const std::vector<InputFile>& all, const fs::path& folder,
                         ObjectCalls& objects) {
  const auto files = without_marks(all);
  make_folders(files, folder);
  for (const auto& file : files) {
    if (file.blob.empty()) {
      objects.get_file({file.bucket, file.key}, folder / file.path);
    } else {
      fs::copy_file(file.blob, folder / file.path, fs::copy_options::overwrite_existing);
    }
  }
}

}  // namespace sagebrush::agent
