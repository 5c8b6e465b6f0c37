#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>

#include "base/error.h"
#include "container/beneath.h"
#include "container/gzip.h"
#include "container/tar_writer.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

// Name → content, "-> target" for a link, "/" for a folder.
std::map<std::string, std::string> unpack(const fs::path& file) {
  std::map<std::string, std::string> out;
  archive* in = archive_read_new();
  archive_read_support_filter_gzip(in);
  archive_read_support_format_tar(in);
  EXPECT_EQ(archive_read_open_filename(in, file.c_str(), 65536), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(in, &entry) == ARCHIVE_OK) {
    std::string& content = out[archive_entry_pathname(entry)];
    if (archive_entry_filetype(entry) == AE_IFLNK) {
      content = std::string("-> ") + archive_entry_symlink(entry);
    } else if (archive_entry_filetype(entry) == AE_IFDIR) {
      content = "/";
    } else {
      content.resize(static_cast<std::size_t>(archive_entry_size(entry)));
      EXPECT_EQ(archive_read_data(in, content.data(), content.size()),
                static_cast<la_ssize_t>(content.size()));
    }
  }
  archive_read_free(in);
  return out;
}

TEST(PackFolder, RoundTripsATreeAndIsTheSameEachTime) {
  const TemporaryDirectory temporary;
  const fs::path& root = temporary.path();
  const std::string large(3'000'000, 'w');
  put(root / "model/weights", large);
  put(root / "model/code/run.py", "print()");
  fs::create_directories(root / "model/empty");
  fs::create_symlink("code/run.py", root / "model/link");
  const auto size = pack_folder(root, "model", root / "1.tar.gz");
  pack_folder(root, "model", root / "2.tar.gz");
  EXPECT_EQ(read_file(root / "1.tar.gz"), read_file(root / "2.tar.gz"));
  EXPECT_EQ(size.bytes, fs::file_size(root / "1.tar.gz"));
  EXPECT_EQ(unpack(root / "1.tar.gz"),
            (std::map<std::string, std::string>{{"code/", "/"},
                                                {"code/run.py", "print()"},
                                                {"empty/", "/"},
                                                {"link", "-> code/run.py"},
                                                {"weights", large}}));
}

TEST(PackFolder, LeavesOutLinksThatLeadOutAndThingsThatAreNoFiles) {
  const TemporaryDirectory temporary;
  const fs::path& root = temporary.path();
  put(root / "secret", "s");
  put(root / "model/a", "1");
  fs::create_symlink("../secret", root / "model/out");
  fs::create_symlink("/etc/passwd", root / "model/absolute");
  ASSERT_EQ(::mkfifo((root / "model/fifo").c_str(), 0600), 0);
  pack_folder(root, "model", root / "x.tar.gz");
  EXPECT_EQ(unpack(root / "x.tar.gz"), (std::map<std::string, std::string>{{"a", "1"}}));
}

TEST(PackFolder, DoesNotFollowAFolderThatBecameALink) {
  const TemporaryDirectory temporary;
  const fs::path& root = temporary.path();
  put(root / "elsewhere/secret", "s");
  fs::create_directories(root / "ml");
  fs::create_symlink("../elsewhere", root / "ml/model");
  EXPECT_EQ(pack_folder(root / "ml", "model", root / "x.tar.gz").entries, 0U);
}

TEST(LinkStaysInside, CountsEveryStep) {
  EXPECT_TRUE(link_stays_inside("a/b", "../c"));
  EXPECT_TRUE(link_stays_inside("a", "./b"));
  EXPECT_FALSE(link_stays_inside("a", "../b"));
  EXPECT_FALSE(link_stays_inside("a/b", "c/../../../d"));
  EXPECT_FALSE(link_stays_inside("a", "/b"));
}

TEST(ReadBeneath, FollowsNoLinkAndLeavesNoFolder) {
  const TemporaryDirectory temporary;
  const fs::path& root = temporary.path();
  put(root / "secret", "s");
  put(root / "ml/output/plain", "text");
  fs::create_symlink("../../secret", root / "ml/output/failure");
  fs::create_symlink("output", root / "ml/way");
  EXPECT_EQ(read_beneath(root / "ml", "output/plain", 3), "tex");
  EXPECT_EQ(read_beneath(root / "ml", "output/failure", 100), "");
  EXPECT_EQ(read_beneath(root / "ml", "way/plain", 100), "");
  EXPECT_EQ(read_beneath(root / "ml", "../secret", 100), "");
  EXPECT_EQ(read_beneath(root / "ml", "absent", 100), "");
}

TEST(GunzipFile, ReadsSeveralMembersAndRefusesDamage) {
  const TemporaryDirectory temporary;
  const fs::path from = temporary.path() / "a.gz";
  const fs::path to = temporary.path() / "a";
  std::string packed;
  const auto pack = [&](const std::string& text) {
    GzipWriter writer([&](std::span<const std::byte> piece) {
      packed.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
    writer.write(std::as_bytes(std::span(text)));
    writer.finish();
  };
  pack(std::string(700'000, 'x'));
  pack("end");
  write_file_atomically(from, packed);
  gunzip_file(from, to, 1 << 20);
  EXPECT_EQ(read_file(to), std::string(700'000, 'x') + "end");
  EXPECT_THROW(gunzip_file(from, to, 1000), Error);  // above its limit
  write_file_atomically(from, packed.substr(0, packed.size() - 4));
  EXPECT_THROW(gunzip_file(from, to, 1 << 20), Error);
  write_file_atomically(from, "not gzip");
  EXPECT_THROW(gunzip_file(from, to, 1 << 20), Error);
}

}  // namespace
}  // namespace sagebrush::container
