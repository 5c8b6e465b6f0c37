#include "cli/source_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIgnored[] = {
    ".git",  ".hg",  ".svn",          ".sagebrush",  "__pycache__",       "*.pyc",
    ".venv", "venv", ".pytest_cache", ".mypy_cache", ".ipynb_checkpoints"};

std::vector<std::string> ignored_in(const fs::path& folder) {
  std::vector<std::string> patterns(std::begin(kIgnored), std::end(kIgnored));
  if (const fs::path file = folder / ".sagebrushignore"; fs::exists(file)) {
    const std::string text = read_file(file);
    for (const auto line : split(text, '\n')) {
      auto pattern = trim(line);
      while (pattern.ends_with('/') || pattern.ends_with('\r')) pattern.remove_suffix(1);
      if (!pattern.empty() && !pattern.starts_with('#')) patterns.emplace_back(pattern);
    }
  }
  return patterns;
}

// By its name, or by its path below the folder.
bool is_ignored(const fs::path& relative, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), relative.filename().c_str(), 0) == 0 ||
           ::fnmatch(pattern.c_str(), relative.c_str(), FNM_PATHNAME) == 0;
  });
}

// Files below the folder, sorted; links are followed to files and not to folders.
std::vector<fs::path> files_below(const fs::path& folder) {
  const auto patterns = ignored_in(folder);
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(folder); it != fs::end(it); ++it) {
    const fs::path relative = it->path().lexically_relative(folder);
    if (is_ignored(relative, patterns)) {
      if (it->is_directory()) it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(relative);
    }
  }
  std::ranges::sort(files);
  return files;
}

// Without times and owners, so that the same files give the same bytes.
class Writer {
 public:
  explicit Writer(const fs::path& path) : out_(::archive_write_new(), ::archive_write_free) {
    ::archive_write_set_format_pax_restricted(out_.get());
    ::archive_write_add_filter_gzip(out_.get());
    ::archive_write_set_options(out_.get(), "gzip:!timestamp");
    check(::archive_write_open_filename(out_.get(), path.c_str()));
  }

  void add(const fs::path& file, const std::string& name) {
    const File in = File::open(file, O_RDONLY);
    const std::uint64_t size = in.size();
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(::archive_entry_new(),
                                                                         ::archive_entry_free);
    ::archive_entry_set_pathname_utf8(entry.get(), name.c_str());
    ::archive_entry_set_filetype(entry.get(), AE_IFREG);
    const bool runs = (fs::status(file).permissions() & fs::perms::owner_exec) != fs::perms::none;
    ::archive_entry_set_perm(entry.get(), runs ? 0755 : 0644);
    ::archive_entry_set_mtime(entry.get(), 0, 0);
    ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    check(::archive_write_header(out_.get(), entry.get()));
    std::array<std::byte, 64 * 1024> piece{};
    for (std::uint64_t at = 0; at < size;) {
      const std::size_t got = in.read_at(at, piece);
      if (got == 0)
        throw Error(ErrorKind::kIo, file.string() + " became shorter while it was read");
      if (::archive_write_data(out_.get(), piece.data(), got) < 0) check(ARCHIVE_FATAL);
      at += got;
    }
  }

  void close() { check(::archive_write_close(out_.get())); }

 private:
  void check(int result) {
    if (result >= ARCHIVE_WARN) return;
    const char* why = ::archive_error_string(out_.get());
    throw Error(ErrorKind::kIo, std::string("packing the source: ") + (why ? why : "failed"));
  }
  std::unique_ptr<struct archive, int (*)(struct archive*)> out_;
};

}  // namespace

fs::path script_in(const fs::path& script, const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::kNotFound, folder.string() + " is not a folder");
  }
  if (script.is_relative() && fs::is_regular_file(folder / script))
    return script.lexically_normal();
  if (!fs::exists(script)) {
    throw Error(ErrorKind::kNotFound,
                fmt::format("{} is neither here nor in {}", script.string(), folder.string()));
  }
  const fs::path inside =
      fs::weakly_canonical(script).lexically_relative(fs::weakly_canonical(folder));
  if (inside.empty() || *inside.begin() == "..") {
    throw Error(ErrorKind::kInvalid,
                fmt::format("{} is not in --source-dir {}", script.string(), folder.string()));
  }
  return inside;
}

SourceArchive pack_source(const fs::path& script, const fs::path& folder, const fs::path& archive) {
  SourceArchive result;
  Writer writer(archive);
  if (folder.empty()) {
    if (!fs::is_regular_file(script)) {
      throw Error(ErrorKind::kNotFound, script.string() + " is not a file");
    }
    result.program = script.filename();
    writer.add(script, result.program);
    result.files = 1;
  } else {
    result.program = script_in(script, folder);
    for (const auto& file : files_below(folder)) {
      writer.add(folder / file, file);
      ++result.files;
    }
  }
  writer.close();
  result.sha256 = sha256_hex(read_file(archive));
  return result;
}

}  // namespace sagebrush::cli
