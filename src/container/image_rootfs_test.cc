#include "container/image_rootfs.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>

#include "base/error.h"
#include "base/file.h"
#include "container/layer_fixture.h"
#include "container/layer_unpacker.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

class Image : public ::testing::Test {
 protected:
  // Lowest first.
  void add(TarMaker& tar) {
    const fs::path root = folder_.path() / std::to_string(roots_.size());
    fs::create_directories(root);
    unpack_layer(store_layer(folder_.path() / "blob", tar.finish()), root, {}, ::geteuid() == 0,
                 [] {});
    roots_.insert(roots_.begin(), root);
  }
  LayerStack stack() { return LayerStack(roots_); }

  TemporaryDirectory folder_;
  Workplace place_{folder_.path() / "work"};
  std::vector<fs::path> roots_;
};

TEST_F(Image, StackShowsWhatAnOverlayWould) {
  TarMaker low, high;
  low.folder("a").file("a/low", "1").file("a/both", "low").folder("b").file("b/low").file("c", "c");
  low.folder("real").file("real/x", "x").folder("d").file("d/low");
  high.folder("a").file("a/both", "high").folder("b").file("b/.wh..wh..opq").file(".wh.c");
  high.symbolic_link("link", "real").file("d", "a file now");
  add(low);
  add(high);
  EXPECT_EQ(stack().read("a/low", 10), "1");
  EXPECT_EQ(stack().read("a/both", 10), "high");
  EXPECT_TRUE(stack().find("b"));
  EXPECT_FALSE(stack().find("b/low"));
  EXPECT_FALSE(stack().find("c"));
  EXPECT_FALSE(stack().find("d/low"));
  EXPECT_FALSE(stack().find("link/x"));
  EXPECT_TRUE(S_ISLNK(stack().find("link")->status.st_mode));
  EXPECT_FALSE(stack().find("missing/x"));
  EXPECT_TRUE(stack().find(""));
}

TEST_F(Image, StackTakesALayerOnceAndNothingBelowAnOpaqueRoot) {
  TarMaker low, high;
  low.file("low");
  high.file(".wh..wh..opq").file("high");
  add(low);
  roots_.push_back(roots_[0]);
  EXPECT_EQ(stack().roots().size(), 1U);
  add(high);
  EXPECT_EQ(stack().roots().size(), 1U);
  EXPECT_FALSE(stack().find("low"));
}

TEST_F(Image, RefusesMountPointsThatTheImageHasAsLinks) {
  TarMaker tar;
  tar.folder("etc").symbolic_link("opt", "/home");
  add(tar);
  EXPECT_THROW(build_image_rootfs({"algo-1", {}, "/", {}}, stack(), place_), Error);
}

TEST_F(Image, RefusesFoldersThatLeadOut) {
  TarMaker tar;
  tar.folder("etc");
  add(tar);
  for (const char* target : {"", "../x", "a/../../x"}) {
    EXPECT_THROW(build_image_rootfs({"algo-1", {}, "/", {{"/tmp", target}}}, stack(), place_),
                 Error)
        << target;
  }
}

// The real mounts, in a process whose mounts vanish with it; what `look` answers is its exit
// status.
int in_mounted(const std::vector<Mount>& mounts, const std::function<bool()>& look) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      enter_private_mounts(::geteuid() != 0);
      apply(mounts, ::geteuid() != 0);
      ::_exit(look() ? 0 : 1);
    } catch (const Error& error) {
      (void)!::write(STDERR_FILENO, error.what(), std::strlen(error.what()));
      ::_exit(2);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(Image, MountsManyLayersWithTheJobsFoldersOverThem) {
  for (int i = 0; i < 120; ++i) {
    TarMaker tar;
    tar.folder("etc").file("etc/hosts", "image").file("layer-" + std::to_string(i));
    if (i == 1) tar.file(".wh.layer-0").folder("opt").folder("opt/ml").file("opt/ml/hidden");
    if (i == 2) tar.folder("opt/ml/code").file("opt/ml/code/baked.py", "baked");
    add(tar);
  }
  fs::create_directories(place_.ml() / "model");
  fs::create_directories(place_.ml() / "code");
  fs::create_directories(place_.root / "channels" / "train");
  std::ofstream(place_.root / "channels" / "train" / "x") << "data";
  fs::create_directories(folder_.path() / "ours");
  std::ofstream(folder_.path() / "ours" / "file") << "ours";
  const auto mounts = build_image_rootfs(
      {"algo-1", {"train"}, "/made/up", {{folder_.path() / "ours", "srv/ours"}}}, stack(), place_);
  EXPECT_EQ(in_mounted(mounts,
                       [&] {
                         const fs::path root = place_.rootfs();
                         const bool layers = !fs::exists(root / "layer-0") &&
                                             fs::exists(root / "layer-1") &&
                                             fs::exists(root / "layer-119");
                         const bool ml = !fs::exists(root / "opt/ml/hidden") &&
                                         fs::exists(root / "opt/ml/model") &&
                                         read_file(root / "opt/ml/code/baked.py") == "baked" &&
                                         read_file(root / "opt/ml/input/data/train/x") == "data";
                         std::ofstream(root / "opt/ml/code/new") << "x";
                         return layers && ml &&
                                read_file(root / "etc/hosts").find("algo-1") != std::string::npos &&
                                read_file(root / "srv/ours/file") == "ours" &&
                                fs::is_directory(root / "made/up") &&
                                fs::is_directory(root / "tmp") &&
                                fs::exists(root / "opt/ml/code/new");
                       }),
            0);
  EXPECT_FALSE(fs::exists(place_.ml() / "code/baked.py"));
}

TEST_F(Image, AnyFolderOfTheImageCanBeTheCodeAndItsProgramIsMadeExecutable) {
  TarMaker tar;
  tar.folder("app/src").file("app/src/run.sh", "echo", 0644).file("app/src/other", "o", 0600);
  add(tar);
  ImageRootfs options{"algo-1", {}, "/", {{folder_.path(), "srv/kept", true}}};
  options.code = "app/src";
  options.program = "app/src/run.sh";
  options.files = {{"etc/pip.conf", "[global]"}};
  const auto mounts = build_image_rootfs(options, stack(), place_);
  EXPECT_EQ(in_mounted(mounts,
                       [&] {
                         const fs::path code = place_.rootfs() / "opt/ml/code";
                         std::ofstream(place_.rootfs() / "srv/kept/new") << "x";
                         const auto mode = [&](const char* name) {
                           return static_cast<unsigned>(fs::status(code / name).permissions());
                         };
                         return read_file(code / "run.sh") == "echo" && mode("run.sh") == 0777 &&
                                mode("other") == 0600 &&
                                read_file(place_.rootfs() / "etc/pip.conf") == "[global]" &&
                                !fs::exists(place_.rootfs() / "srv/kept/new");
                       }),
            0);
  EXPECT_EQ(stack().find("app/src/run.sh")->status.st_mode & 0777, 0644U);
}

TEST_F(Image, OwnCodeOfAJobHidesTheImages) {
  TarMaker tar;
  tar.folder("opt/ml/code").file("opt/ml/code/baked.py", "baked");
  add(tar);
  fs::create_directories(place_.ml() / "code");
  std::ofstream(place_.ml() / "code/own.py") << "own";
  const auto mounts = build_image_rootfs({"algo-1", {}, "/", {}}, stack(), place_);
  EXPECT_EQ(in_mounted(mounts,
                       [&] {
                         const fs::path code = place_.rootfs() / "opt/ml/code";
                         return fs::exists(code / "own.py") && !fs::exists(code / "baked.py");
                       }),
            0);
}

}  // namespace
}  // namespace sagebrush::container
