#include "container/image_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/file.h"
#include "container/layer_fixture.h"
#include "container/layer_unpacker.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

class ImageProgram : public ::testing::Test {
 protected:
  LayerStack stack(TarMaker& low, TarMaker& high) {
    std::vector<fs::path> roots;
    for (TarMaker* tar : {&high, &low}) {
      const fs::path root = folder_.path() / std::to_string(roots.size());
      fs::create_directories(root);
      unpack_layer(store_layer(folder_.path() / "blob", tar->finish()), root, {}, ::geteuid() == 0,
                   [] {});
      roots.push_back(root);
    }
    return LayerStack(roots);
  }

  TemporaryDirectory folder_;
  TarMaker low_, high_;
};

TEST_F(ImageProgram, IsTheFirstOnThePathThatMayBeExecuted) {
  low_.folder("usr/bin").file("usr/bin/python3.11", "", 0755);
  low_.symbolic_link("usr/bin/python3", "python3.11").symbolic_link("bin", "usr/bin");
  low_.folder("opt/bin").file("opt/bin/python3", "not executable", 0644);
  high_.folder("usr/local/bin").symbolic_link("usr/local/bin/python", "/bin/python3");
  const LayerStack layers = stack(low_, high_);
  constexpr const char* kPath = "/opt/bin::relative:/usr/local/bin:/bin:/usr/bin";
  EXPECT_EQ(find_program(layers, kPath, "python3"), "/bin/python3");
  EXPECT_EQ(find_program(layers, kPath, "python"), "/usr/local/bin/python");
  EXPECT_EQ(find_program(layers, kPath, "/usr/bin/python3.11"), "/usr/bin/python3.11");
  EXPECT_FALSE(find_program(layers, kPath, "/opt/bin/python3"));
  EXPECT_FALSE(find_program(layers, kPath, "train"));
  EXPECT_FALSE(find_program(layers, "", "python3"));
}

TEST_F(ImageProgram, IsNotWhatAnUpperLayerRemovedNorWhatLiesOutsideTheImage) {
  low_.folder("bin").file("bin/train", "", 0755).folder("removed").file("removed/train", "", 0755);
  low_.symbolic_link("bin/round", "again").symbolic_link("bin/again", "round");
  low_.symbolic_link("bin/out", "../../../../../../../bin/sh").symbolic_link("here", ".");
  high_.folder("bin").file("bin/.wh.train").file(".wh.removed");
  const LayerStack layers = stack(low_, high_);
  for (const char* path : {"/bin", "/removed"}) EXPECT_FALSE(find_program(layers, path, "train"));
  EXPECT_FALSE(find_program(layers, "/bin", "round"));
  EXPECT_FALSE(find_program(layers, "/bin", "out"));
  EXPECT_TRUE(layers.resolve("here/here/bin/../bin/./out/..") == std::nullopt);
  EXPECT_TRUE(S_ISDIR(layers.resolve("here/here/bin/..")->status.st_mode));
}

TEST_F(ImageProgram, NamesAreThoseThatTheOverlayShows) {
  low_.folder("code").file("code/old.py").file("code/kept.py").folder("code/lib");
  high_.folder("code").file("code/.wh.old.py").file("code/new.py").symbolic_link("link", "/");
  const LayerStack layers = stack(low_, high_);
  EXPECT_EQ(layers.names("code"), (std::vector<std::string>{"kept.py", "lib/", "new.py"}));
  EXPECT_TRUE(layers.names("link").empty());
  EXPECT_TRUE(layers.names("absent").empty());
}

TEST(PathOf, IsTheVariablesValue) {
  EXPECT_EQ(path_of({"HOME=/root", "PATH=/a:/b", "PATHS=/c"}), "/a:/b");
  EXPECT_EQ(path_of({"HOME=/root"}), "");
}

}  // namespace
}  // namespace sagebrush::container
