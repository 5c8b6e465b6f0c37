#include "container/unpack_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

struct Member {
  std::string name;
  int type = AE_IFREG;
  std::string content;  // a link's target
  bool hard = false;
  int mode = 0644;
};

class UnpackArchive : public testing::Test {
 protected:
  void unpack(const std::vector<Member>& members, const UnpackLimits& limits = {}) {
    const fs::path file = directory_.path() / "a.tar.gz";
    auto* out = ::archive_write_new();
    ::archive_write_set_format_pax_restricted(out);
    ::archive_write_add_filter_gzip(out);
    ::archive_write_open_filename(out, file.c_str());
    for (const auto& member : members) {
      auto* entry = ::archive_entry_new();
      ::archive_entry_set_pathname(entry, member.name.c_str());
      ::archive_entry_set_perm(entry, static_cast<mode_t>(member.mode));
      if (member.hard) {
        ::archive_entry_set_filetype(entry, AE_IFREG);
        ::archive_entry_set_hardlink(entry, member.content.c_str());
      } else {
        ::archive_entry_set_filetype(entry, static_cast<unsigned>(member.type));
        if (member.type == AE_IFLNK) ::archive_entry_set_symlink(entry, member.content.c_str());
        if (member.type == AE_IFREG)
          ::archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
      }
      ::archive_write_header(out, entry);
      if (member.type == AE_IFREG && !member.hard)
        ::archive_write_data(out, member.content.data(), member.content.size());
      ::archive_entry_free(entry);
    }
    ::archive_write_free(out);
    fs::remove_all(into());
    fs::create_directory(into());
    unpack_archive(file, into(), limits);
  }
  fs::path into() const { return directory_.path() / "into"; }

  TemporaryDirectory directory_;
};

TEST_F(UnpackArchive, KeepsTheTreeAndItsPermissions) {
  unpack({{"./", AE_IFDIR, "", false, 0755},
          {"./a/b.txt", AE_IFREG, "text", false, 0640},
          {"run.sh", AE_IFREG, "#!/bin/sh", false, 0755},
          {"link", AE_IFLNK, "a/b.txt"},
          {"hard", AE_IFREG, "a/b.txt", true}});
  EXPECT_EQ(read_file(into() / "a/b.txt"), "text");
  EXPECT_EQ(read_file(into() / "hard"), "text");
  EXPECT_EQ(fs::read_symlink(into() / "link"), "a/b.txt");
  EXPECT_EQ(fs::status(into() / "run.sh").permissions(), fs::perms(0755));
}

TEST_F(UnpackArchive, WritesNothingOutside) {
  const fs::path victim = directory_.path() / "victim";
  fs::create_directory(victim);
  const std::vector<std::vector<Member>> hostile{
      {{"../victim/x", AE_IFREG, "x"}},
      {{"/tmp/sagebrush-unpack-x", AE_IFREG, "x"}},
      {{"out", AE_IFLNK, victim.string()}, {"out/x", AE_IFREG, "x"}},
      {{"up", AE_IFLNK, ".."}, {"up/victim/x", AE_IFREG, "x"}},
      {{"hard", AE_IFREG, "../victim", true}},
      {{"s", AE_IFLNK, "/etc/passwd"}, {"h", AE_IFREG, "s", true}},
      {{"device", AE_IFCHR, ""}},
      {{"f", AE_IFREG, "x"}, {"f/below", AE_IFREG, "x"}},
      {{"d/x", AE_IFREG, "x"}, {"d", AE_IFREG, "x"}}};
  for (const auto& members : hostile) {
    EXPECT_THROW(unpack(members), Error) << members.back().name;
  }
  EXPECT_TRUE(fs::is_empty(victim));
  // A file that replaces a link replaces the link and not what it leads to.
  write_file_atomically(victim / "kept", "old");
  unpack({{"l", AE_IFLNK, (victim / "kept").string()}, {"l", AE_IFREG, "new"}});
  EXPECT_EQ(read_file(victim / "kept"), "old");
  EXPECT_EQ(read_file(into() / "l"), "new");
}

TEST_F(UnpackArchive, HasLimits) {
  EXPECT_THROW(unpack({{"a", AE_IFREG, std::string(2000, 'x')}}, {.bytes = 1000}), Error);
  EXPECT_THROW(unpack({{"a", AE_IFREG, ""}, {"b", AE_IFREG, ""}}, {.entries = 1}), Error);
}

TEST_F(UnpackArchive, SaysWhenItIsNoArchive) {
  write_file_atomically(directory_.path() / "no", "not a tar at all");
  fs::create_directory(into());
  EXPECT_THROW(unpack_archive(directory_.path() / "no", into()), Error);
}

}  // namespace
}  // namespace sagebrush::container
