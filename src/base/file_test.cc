#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"

namespace sagebrush {
namespace {

TEST(FileTest, WritesAndReadsBack) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "a";
  const std::string content = random_bytes(300'000);
  File file = File::open(path, O_RDWR | O_CREAT);
  file.write_all(content);
  file.sync_data();
  EXPECT_EQ(file.size(), content.size());
  std::string part(10, '\0');
  EXPECT_EQ(file.read_at(5, std::as_writable_bytes(std::span(part))), 10U);
  EXPECT_EQ(part, content.substr(5, 10));
  EXPECT_EQ(file.read_at(content.size(), std::as_writable_bytes(std::span(part))), 0U);
  file.close();
  EXPECT_FALSE(file);
  EXPECT_EQ(read_file(path), content);
}

TEST(FileTest, ClosesOnExecAndAtTheEnd) {
  const TemporaryDirectory directory;
  int fd = -1;
  {
    File first = File::open(directory.path() / "a", O_RDWR | O_CREAT);
    fd = first.fd();
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    const File second = std::move(first);
    EXPECT_EQ(second.fd(), fd);
  }
  EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
}

TEST(FileTest, SaysWhatIsMissing) {
  try {
    read_file("/nonexistent/file");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string(error.what()).find("/nonexistent/file"), std::string::npos);
  }
}

TEST(FileTest, SaysThatTheDiskIsFull) {
  const File full = File::open("/dev/full", O_WRONLY);
  try {
    full.write_all(std::string_view("x"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kLimitExceeded);
  }
}

TEST(WriteFileAtomicallyTest, ReplacesWholeFilesAndLeavesNothingBeside) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "a";
  write_file_atomically(path, "one");
  write_file_atomically(path, "two", 0600);
  EXPECT_EQ(read_file(path), "two");
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    ++count;
  }
  EXPECT_EQ(count, 1U);
}

TEST(WriteFileAtomicallyTest, LeavesNothingWhenItFails) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "taken";
  std::filesystem::create_directory(path);
  EXPECT_THROW(write_file_atomically(path, "one"), Error);  // a folder can't be renamed over
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    ++count;
  }
  EXPECT_EQ(count, 1U);
}

TEST(TemporaryDirectoryTest, GoesWithAllInIt) {
  std::filesystem::path path;
  {
    const TemporaryDirectory directory;
    path = directory.path();
    std::filesystem::create_directories(path / "a" / "b");
    write_file_atomically(path / "a" / "b" / "c", "x");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(RemoveTree, TakesFoldersThatKeepTheirOwnerOutAndLeavesWhatLinksPointTo) {
  const TemporaryDirectory outside;
  write_file_atomically(outside.path() / "kept", "x");
  const TemporaryDirectory folder;
  const auto tree = folder.path() / "tree";
  std::filesystem::create_directories(tree / "closed" / "inner");
  std::filesystem::create_directory_symlink(outside.path(), tree / "closed" / "link");
  std::filesystem::permissions(tree / "closed" / "inner", std::filesystem::perms::none);
  std::filesystem::permissions(tree / "closed", std::filesystem::perms::none);
  remove_tree(tree);
  EXPECT_FALSE(std::filesystem::exists(tree));
  EXPECT_TRUE(std::filesystem::exists(outside.path() / "kept"));
  EXPECT_NO_THROW(remove_tree(tree));
}

}  // namespace
}  // namespace sagebrush
