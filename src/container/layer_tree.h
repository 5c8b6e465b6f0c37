#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"

namespace sagebrush::container {

// What one layer may be at most; far above what images are.
struct LayerLimits {
  std::uint64_t bytes = 128ULL << 30;  // of its files
  std::uint64_t entries = 1'000'000;
  std::size_t depth = 128;        // folders in one another
  std::size_t name_bytes = 4096;  // of one path
  std::uint64_t folder_names = 256ULL
                               << 20;       // bytes of all folders' paths: they are kept in memory
  std::size_t attribute_bytes = 64 * 1024;  // of one entry's extended attributes
};

struct EntryAttributes {
  unsigned mode = 0644;  // permissions
  uid_t uid = 0;
  gid_t gid = 0;
  timespec modified{};
  std::vector<std::pair<std::string, std::string>> extended;
};

// A path of an archive as one below a root: without "./", a leading "/" and empty parts; "" is the
// root. Throws Error{kInvalid} on "..", a NUL, a part that no file can be called by, and above the
// limits.
std::string layer_path(std::string_view name, const LayerLimits& limits);

// A layer's entries as files below a folder that overlayfs can take as a lower layer. Nobody else
// writes there. No link is ever followed: what lies below one is refused. An entry takes the place
// of an earlier one of the same name; folders merge. Names are of layer_path. Each method throws
// Error{kInvalid} for what the layer's maker did wrong, as throw_errno says for the disk.
class LayerTree {
 public:
  // privileged: owners, whiteouts and attributes as root makes them; else as much as an ordinary
  // user may, everything owned by that user.
  LayerTree(const std::filesystem::path& root, const LayerLimits& limits, bool privileged);

  void folder(const std::string& name, const EntryAttributes& attributes);
  // A new file, open for writing; close_file gives it its attributes once it is written.
  File file(const std::string& name);
  void close_file(File file, const EntryAttributes& attributes) const;
  void symbolic_link(const std::string& name, const std::string& target,
                     const EntryAttributes& attributes);
  void hard_link(const std::string& name, const std::string& target);
  void fifo(const std::string& name, const EntryAttributes& attributes);
  // Hides what lower layers have of that name.
  void whiteout(const std::string& name);
  // Hides all that lower layers have in that folder.
  void opaque(const std::string& folder);
  // Gives folders their permissions and times. Nothing is added after it.
  void finish();

 private:
  const File& parent_of(const std::string& name);
  File make_folder(const File& parent, const std::string& path, const std::string& part);
  void make_way(const File& parent, const std::string& name);
  void mark_opaque(const File& folder) const;
  void own(int folder, const char* name, const EntryAttributes& attributes) const;
  void set_extended(const File& file, const EntryAttributes& attributes) const;

  std::filesystem::path path_;
  File root_;
  LayerLimits limits_;
  bool privileged_;
  std::string parent_name_;  // of parent_
  File parent_;
  std::map<std::string, EntryAttributes> folders_;  // without extended attributes
  std::uint64_t folder_names_ = 0;
};

}  // namespace sagebrush::container
