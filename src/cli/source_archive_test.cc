#include "cli/source_archive.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

class PackSource : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text = "x") {
    fs::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name) << text;
  }
  SourceArchive pack(const fs::path& script, const fs::path& from) {
    return pack_source(script, from, directory_.path() / "a.tar.gz");
  }
  fs::path folder() const { return directory_.path() / "src"; }

  TemporaryDirectory directory_;
};

TEST_F(PackSource, IsTheSameForTheSameFilesWheneverTheyWereWritten) {
  write("train.py", "print()");
  write("lib/a.py");
  const auto first = pack("train.py", folder());
  fs::last_write_time(folder() / "train.py",
                      fs::last_write_time(folder() / "train.py") - std::chrono::hours(5));
  EXPECT_EQ(pack("train.py", folder()).sha256, first.sha256);
  EXPECT_EQ(first.files, 2u);
  write("train.py", "print(1)");
  EXPECT_NE(pack("train.py", folder()).sha256, first.sha256);
}

TEST_F(PackSource, LeavesOutCachesAndWhatIsIgnored) {
  write("train.py");
  for (const char* name : {".git/config", "__pycache__/x.pyc", "a/b.pyc", ".venv/bin/python"}) {
    write(name);
  }
  EXPECT_EQ(pack("train.py", folder()).files, 1u);
  write("data/big.bin");
  write(".sagebrushignore", "# not for the job\ndata/\n.sagebrushignore\n");
  EXPECT_EQ(pack("train.py", folder()).files, 1u);
}

TEST_F(PackSource, FindsTheScriptByEitherPath) {
  write("train.py");
  write("deep/other.py");
  EXPECT_EQ(pack("deep/other.py", folder()).program, "deep/other.py");
  EXPECT_EQ(pack(folder() / "train.py", folder()).program, "train.py");
  EXPECT_EQ(pack(folder() / "train.py", "").program, "train.py");
  std::ofstream(directory_.path() / "outside.py") << "x";
  EXPECT_THROW(pack(directory_.path() / "outside.py", folder()), Error);
  EXPECT_THROW(pack("absent.py", folder()), Error);
  EXPECT_THROW(pack("absent.py", ""), Error);
}

}  // namespace
}  // namespace sagebrush::cli
