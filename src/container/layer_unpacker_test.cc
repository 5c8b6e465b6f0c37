#include "container/layer_unpacker.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <zstd.h>

#include <set>

#include "base/file.h"
#include "container/gzip.h"
#include "container/layer_fixture.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

std::string gzipped(const std::string& text) {
  std::string out;
  GzipWriter writer([&](std::span<const std::byte> piece) {
    out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  writer.write(std::as_bytes(std::span(text)));
  writer.finish();
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

struct stat status_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status;
}

bool is_whiteout(const fs::path& path) {
  const auto status = status_of(path);
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
}

bool is_opaque(const fs::path& path) {
  char value = 0;
  return ::getxattr(path.c_str(),
                    ::geteuid() == 0 ? "trusted.overlay.opaque" : "user.overlay.opaque", &value,
                    1) == 1 &&
         value == 'y';
}

class Unpack : public ::testing::Test {
 protected:
  UnpackedLayer unpack(const agent_protocol::ImageLayer& layer) {
    fs::create_directories(root_);
    return unpack_layer(layer, root_, limits_, ::geteuid() == 0, [] {});
  }
  UnpackedLayer unpack(TarMaker& tar) {
    return unpack(store_layer(folder_.path() / "blob", tar.finish()));
  }
  std::string refusal(const agent_protocol::ImageLayer& layer) {
    try {
      unpack(layer);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "taken";
    return "";
  }
  std::string refusal(TarMaker& tar) {
    return refusal(store_layer(folder_.path() / "blob", tar.finish()));
  }
  // Nothing but the blob and the layer's folder is there.
  void expect_nothing_outside() {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      names.insert(entry.path().filename());
    }
    EXPECT_EQ(names, (std::set<std::string>{"blob", "root"}));
  }

  TemporaryDirectory folder_;
  fs::path root_ = folder_.path() / "root";
  LayerLimits limits_;
};

TEST_F(Unpack, MakesFilesFoldersAndLinksWithTheirAttributes) {
  TarMaker tar;
  tar.folder("./", 0750).folder("a/", 0500).file("a/run", "text", 04755);
  tar.symbolic_link("a/link", "/etc/passwd").hard_link("b", "a/run").fifo("c");
  tar.with_owner(1000, 2000).file("owned");
  const auto layer = unpack(tar);
  EXPECT_EQ(layer.entries, 7U);
  EXPECT_EQ(layer.bytes, 4U);
  EXPECT_EQ(read_file(root_ / "a/run"), "text");
  EXPECT_EQ(status_of(root_).st_mode & 07777, 0750U);
  EXPECT_EQ(status_of(root_ / "a").st_mode & 07777, 0500U);
  EXPECT_EQ(status_of(root_ / "a").st_mtime, 1'000'000'000);
  EXPECT_EQ(status_of(root_ / "a/run").st_mode & 07777, 04755U);
  EXPECT_EQ(status_of(root_ / "a/run").st_mtime, 1'000'000'000);
  EXPECT_EQ(status_of(root_ / "a/link").st_mtime, 1'000'000'000);
  EXPECT_EQ(status_of(root_ / "a/run").st_ino, status_of(root_ / "b").st_ino);
  EXPECT_EQ(fs::read_symlink(root_ / "a/link"), "/etc/passwd");
  EXPECT_TRUE(S_ISFIFO(status_of(root_ / "c").st_mode));
  if (::geteuid() == 0) EXPECT_EQ(status_of(root_ / "owned").st_gid, 2000U);
}

TEST_F(Unpack, ReadsEachCompressionWhateverTheMediaType) {
  const std::string large(3'000'000, 'x');
  TarMaker maker;
  const std::string tar = maker.file("large", large).file("last", "z").finish();
  const std::string half = tar.substr(0, 1'000'001);
  for (const auto& blob : {tar, gzipped(tar), gzipped(half) + gzipped(tar.substr(half.size())),
                           gzipped(tar) + std::string(512, '\0'), zstd(tar),
                           zstd(half) + zstd(tar.substr(half.size()))}) {
    fs::remove_all(root_);
    unpack(store_layer(folder_.path() / "blob", blob, tar));
    EXPECT_TRUE(read_file(root_ / "large") == large);
    EXPECT_EQ(read_file(root_ / "last"), "z");
  }
}

TEST_F(Unpack, KeepsNamesOfAnyBytesAndLength) {
  const std::string utf8 = "gr\xC3\xBC\xC3\x9F/\xE6\xA9\x9F\xE6\xA2\xB0";
  const std::string latin = "gr\xFC\xDF";
  const std::string lengthy = std::string(200, 'a') + "/" + std::string(200, 'b');
  TarMaker tar;
  tar.file(utf8, "1").file(latin, "2").file(lengthy, "3");
  unpack(tar);
  EXPECT_EQ(read_file(root_ / utf8), "1");
  EXPECT_EQ(read_file(root_ / latin), "2");
  EXPECT_EQ(read_file(root_ / lengthy), "3");
}

TEST_F(Unpack, TurnsWhiteoutsIntoThoseOfOverlay) {
  TarMaker tar;
  tar.folder("a").file("a/.wh.gone").folder("b").file("b/.wh..wh..opq").file("b/new", "n");
  tar.file("c/.wh..wh..opq").file(".wh..wh.plnk/x").file(".wh.d");
  unpack(tar);
  EXPECT_TRUE(is_whiteout(root_ / "a/gone"));
  EXPECT_TRUE(is_opaque(root_ / "b"));
  EXPECT_FALSE(is_opaque(root_ / "a"));
  EXPECT_TRUE(is_opaque(root_ / "c"));
  EXPECT_TRUE(is_whiteout(root_ / "d"));
  EXPECT_EQ(read_file(root_ / "b/new"), "n");
}

TEST_F(Unpack, HidesWhatIsBelowAlsoWhereTheLayerHasTheNameItself) {
  TarMaker tar;
  tar.file(".wh.first").folder("first").file("first/x");
  tar.folder("second").file("second/x").file(".wh.second");
  tar.file(".wh.third").file("third", "3").file("fourth", "4").file(".wh.fourth");
  tar.file(".wh.fifth").file("fifth/x");
  unpack(tar);
  for (const char* name : {"first", "second", "fifth"}) {
    EXPECT_TRUE(is_opaque(root_ / name)) << name;
    EXPECT_TRUE(fs::exists(root_ / name / "x")) << name;
  }
  EXPECT_EQ(read_file(root_ / "third"), "3");
  EXPECT_EQ(read_file(root_ / "fourth"), "4");
}

TEST_F(Unpack, LastEntryOfANameWins) {
  TarMaker tar;
  tar.file("x", "1").file("x", "2");
  tar.file("to-folder", "1").folder("to-folder").file("to-folder/in", "2");
  tar.folder("to-file").file("to-file/in", "1").file("to-file", "2").file("y", "3");
  tar.folder("merged").file("merged/1").folder("merged", 0700).file("merged/2");
  tar.symbolic_link("link", "x").folder("link").file("link/in", "3");
  tar.file("one", "1").hard_link("two", "one").file("two", "2");
  unpack(tar);
  EXPECT_EQ(read_file(root_ / "x"), "2");
  EXPECT_EQ(read_file(root_ / "to-folder/in"), "2");
  EXPECT_EQ(read_file(root_ / "to-file"), "2");
  EXPECT_TRUE(fs::exists(root_ / "merged/1") && fs::exists(root_ / "merged/2"));
  EXPECT_EQ(status_of(root_ / "merged").st_mode & 07777, 0700U);
  EXPECT_EQ(read_file(root_ / "link/in"), "3");
  EXPECT_EQ(read_file(root_ / "one"), "1");
}

TEST_F(Unpack, NeverWritesOutsideItsFolder) {
  const std::string outside = folder_.path();
  const auto hostile = [](auto fill) {
    auto tar = std::make_unique<TarMaker>();
    fill(*tar);
    return tar;
  };
  std::vector<std::unique_ptr<TarMaker>> refused;
  refused.push_back(hostile([](TarMaker& tar) { tar.file("../x"); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.file("a/../../x"); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.folder("a").file("a/.."); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.file("a/.wh..."); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.file("a/.wh.."); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.hard_link("x", "../blob"); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.hard_link("x", "/etc/passwd"); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.hard_link("x", "missing"); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.folder("x").hard_link("y", "x"); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.symbolic_link("l", "..").file("l/x"); }));
  refused.push_back(hostile([&](TarMaker& tar) { tar.symbolic_link("l", outside).folder("l/x"); }));
  refused.push_back(
      hostile([&](TarMaker& tar) { tar.symbolic_link("l", outside).symbolic_link("l/x", "y"); }));
  refused.push_back(
      hostile([&](TarMaker& tar) { tar.symbolic_link("l", outside).hard_link("x", "l/blob"); }));
  refused.push_back(
      hostile([&](TarMaker& tar) { tar.symbolic_link("l", outside).file("l/.wh.blob"); }));
  refused.push_back(
      hostile([&](TarMaker& tar) { tar.symbolic_link("l", outside).file("l/.wh..wh..opq"); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.file("a").file("a/b"); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.file("."); }));
  refused.push_back(hostile([](TarMaker& tar) { tar.symbolic_link("", ".."); }));
  for (std::size_t i = 0; i < refused.size(); ++i) {
    fs::remove_all(root_);
    EXPECT_NE(refusal(*refused[i]), "") << "case " << i;
    expect_nothing_outside();
  }
}

TEST_F(Unpack, TakesAbsoluteNamesAsBelowTheRoot) {
  TarMaker tar;
  tar.file("/tmp/sagebrush-absolute", "1").hard_link("/x", "/tmp/sagebrush-absolute");
  unpack(tar);
  EXPECT_EQ(read_file(root_ / "tmp/sagebrush-absolute"), "1");
  EXPECT_EQ(read_file(root_ / "x"), "1");
  EXPECT_FALSE(fs::exists("/tmp/sagebrush-absolute"));
}

TEST_F(Unpack, ReplacesALinkInsteadOfWritingThroughIt) {
  std::ofstream(folder_.path() / "blob.target") << "before";
  TarMaker tar;
  tar.symbolic_link("x", folder_.path() / "blob.target").file("x", "after");
  unpack(tar);
  EXPECT_EQ(read_file(root_ / "x"), "after");
  EXPECT_EQ(read_file(folder_.path() / "blob.target"), "before");
}

TEST_F(Unpack, MakesNoDevicesAndSetsNoAttributesThatTellTheKernelSomething) {
  TarMaker tar;
  tar.device("null", 1, 3).device("hidden", 0, 0);
  tar.with_attribute("trusted.overlay.redirect", "/etc").folder("a");
  tar.with_attribute("user.overlay.opaque", "y").folder("b");
  tar.with_attribute("user.note", "kept").file("c");
  tar.with_attribute("security.selinux", "x").file("d");
  EXPECT_EQ(unpack(tar).devices, 2U);
  EXPECT_FALSE(fs::exists(fs::symlink_status(root_ / "null")));
  EXPECT_FALSE(fs::exists(fs::symlink_status(root_ / "hidden")));
  EXPECT_LT(::getxattr((root_ / "a").c_str(), "trusted.overlay.redirect", nullptr, 0), 0);
  EXPECT_LT(::getxattr((root_ / "b").c_str(), "user.overlay.opaque", nullptr, 0), 0);
  EXPECT_EQ(::getxattr((root_ / "c").c_str(), "user.note", nullptr, 0), 4);
  EXPECT_LT(::getxattr((root_ / "d").c_str(), "security.selinux", nullptr, 0), 0);
}

TEST_F(Unpack, EndsBombs) {
  const auto limited = [&](const char* words, auto fill) {
    TarMaker tar;
    fill(tar);
    fs::remove_all(root_);
    EXPECT_NE(refusal(tar).find(words), std::string::npos) << words;
  };
  limits_.entries = 1000;
  limits_.bytes = 1'000'000;
  limited("more than 1000 entries", [](TarMaker& tar) {
    for (int i = 0; i <= 1000; ++i) tar.file(std::to_string(i));
  });
  limited("more than 1000000 bytes", [](TarMaker& tar) {
    tar.file("a", std::string(600'000, 'x')).file("b", std::string(600'000, 'x'));
  });
  limited("deeper than 128 folders", [](TarMaker& tar) {
    std::string deep;
    for (int i = 0; i < 200; ++i) deep += "d/";
    tar.file(deep + "x");
  });
  limited("name of", [](TarMaker& tar) {
    std::string lengthy;
    for (int i = 0; i < 50; ++i) lengthy += std::string(100, 'x') + "/";
    tar.file(lengthy);
  });
  limited("attributes",
          [](TarMaker& tar) { tar.with_attribute("user.x", std::string(100'000, 'x')).file("a"); });
  limits_.folder_names = 100;
  limited("too long names",
          [](TarMaker& tar) { tar.folder(std::string(60, 'a')).folder(std::string(60, 'b')); });
}

TEST_F(Unpack, EndsABombOfZerosBeforeItIsUnpacked) {
  limits_.bytes = 1'000'000;
  TarMaker maker;
  const std::string tar = maker.file("zeros", std::string(50'000'000, '\0')).finish();
  const std::string blob = gzipped(tar);
  EXPECT_LT(blob.size(), 1'000'000U);
  refusal(store_layer(folder_.path() / "blob", blob, tar));
  EXPECT_FALSE(fs::exists(root_ / "zeros"));
}

TEST_F(Unpack, RefusesWhatIsNotWhatItsDigestsSay) {
  TarMaker maker;
  const std::string tar = maker.file("x", std::string(100'000, 'x')).finish();
  auto layer = store_layer(folder_.path() / "blob", gzipped(tar), tar);
  layer.diff_id[10] = layer.diff_id[10] == '0' ? '1' : '0';
  EXPECT_NE(refusal(layer).find("the image says that its content is"), std::string::npos);
  layer = store_layer(folder_.path() / "blob", gzipped(tar), tar);
  layer.digest[10] = layer.digest[10] == '0' ? '1' : '0';
  EXPECT_NE(refusal(layer).find("with digest"), std::string::npos);
  layer = store_layer(folder_.path() / "blob", gzipped(tar), tar);
  ++layer.bytes;
  EXPECT_NE(refusal(layer).find("its blob holds"), std::string::npos);
}

TEST_F(Unpack, RefusesWhatIsCutShortOrBroken) {
  TarMaker maker;
  const std::string tar = maker.file("x", std::string(300'000, 'x')).file("y", "y").finish();
  for (const auto& blob : {gzipped(tar), zstd(tar)}) {
    const auto cut = store_layer(folder_.path() / "blob", blob.substr(0, blob.size() - 9), tar);
    EXPECT_NE(refusal(cut).find("cut short"), std::string::npos) << refusal(cut);
  }
  std::string broken = gzipped(tar);
  broken[broken.size() - 5] = static_cast<char>(broken[broken.size() - 5] ^ 1);  // its checksum
  EXPECT_NE(refusal(store_layer(folder_.path() / "blob", broken, tar)).find("broken"),
            std::string::npos);
  refusal(store_layer(folder_.path() / "blob", tar.substr(0, 100'000)));
  refusal(store_layer(folder_.path() / "blob", std::string(4096, 'x')));
}

TEST_F(Unpack, TakesLayersWithoutEntries) {
  const std::string zeros(1024, '\0');
  EXPECT_EQ(unpack(store_layer(folder_.path() / "blob", zeros)).entries, 0U);
  EXPECT_EQ(unpack(store_layer(folder_.path() / "blob", gzipped(zeros), zeros)).entries, 0U);
  EXPECT_EQ(unpack(store_layer(folder_.path() / "blob", "")).entries, 0U);
}

TEST_F(Unpack, GivesUpWhenToldTo) {
  TarMaker maker;
  const auto layer =
      store_layer(folder_.path() / "blob", maker.file("x", std::string(5 << 20, 'x')).finish());
  fs::create_directories(root_);
  EXPECT_THROW(
      unpack_layer(layer, root_, limits_, true, [] { throw Error(ErrorKind::kConflict, "stop"); }),
      Error);
}

}  // namespace
}  // namespace sagebrush::container
