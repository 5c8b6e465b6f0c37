#include "container/layer_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "container/layer_fixture.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;
using agent_protocol::ImageLayer;

class Cache : public ::testing::Test {
 protected:
  ImageLayer layer(const std::string& name, std::size_t bytes = 10) {
    TarMaker tar;
    return store_layer(folder_.path() / name, tar.file(name, std::string(bytes, 'x')).finish());
  }
  LayerCache cache() { return {layers_, ::geteuid() == 0}; }
  std::vector<LayerLease> hold(const std::vector<ImageLayer>& layers) {
    return cache().hold(layers, [] {});
  }
  fs::path folder_of(const ImageLayer& layer) {
    return layers_ / ("sha256-" + layer.digest.substr(7));
  }
  // How many things of that kind lie in the cache.
  long count(const std::string& ending) {
    return std::ranges::count_if(fs::directory_iterator(layers_), [&](const auto& entry) {
      return entry.path().extension() == ending;
    });
  }

  TemporaryDirectory folder_;
  fs::path layers_ = folder_.path() / "layers";
};

TEST_F(Cache, UnpacksALayerOnceAndKeepsIt) {
  const auto one = layer("one");
  EXPECT_FALSE(cache().has({one}));
  {
    const auto leases = hold({one});
    EXPECT_EQ(read_file(leases[0].root / "one"), std::string(10, 'x'));
  }
  EXPECT_TRUE(cache().has({one}));
  fs::remove(one.blob);
  EXPECT_EQ(read_file(hold({one})[0].root / "one"), std::string(10, 'x'));
}

TEST_F(Cache, GivesLayersInTheirOrderAlsoTwice) {
  const auto small = layer("small", 1);
  const auto large = layer("large", 100'000);
  const auto leases = hold({small, large, small});
  EXPECT_TRUE(fs::exists(leases[0].root / "small"));
  EXPECT_TRUE(fs::exists(leases[1].root / "large"));
  EXPECT_EQ(leases[0].root, leases[2].root);
}

TEST_F(Cache, UnpacksOnceHoweverManyAsk) {
  const auto one = layer("one", 3'000'000);
  std::vector<std::thread> askers;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    askers.emplace_back([&] {
      // Whoever unpacks makes a new folder; the same one means the same unpacking.
      const auto leases = hold({one});
      good += fs::file_size(leases[0].root / "one") == 3'000'000;
    });
  }
  for (auto& asker : askers) asker.join();
  EXPECT_EQ(good, 8);
  EXPECT_EQ(count(".partial"), 0);
}

TEST_F(Cache, LeavesNothingOfALayerThatIsRefused) {
  auto broken = layer("broken");
  broken.diff_id[10] = broken.diff_id[10] == '0' ? '1' : '0';
  EXPECT_THROW(hold({layer("good"), broken}), Error);
  EXPECT_FALSE(fs::exists(folder_of(broken)));
  EXPECT_EQ(count(".partial"), 0);
}

TEST_F(Cache, RefusesAnImageThatTellsAnotherContentOfALayerThatIsHere) {
  auto one = layer("one");
  hold({one});
  one.diff_id = "sha256:" + sha256_hex("other");
  EXPECT_THROW(hold({one}), Error);
  EXPECT_THROW(cache().has({one}), Error);
}

TEST_F(Cache, RefusesDigestsThatAreNoNames) {
  auto one = layer("one");
  for (const char* digest : {"sha256:../../../../etc", "sha512:00", "", "sha256:"}) {
    one.digest = digest;
    EXPECT_THROW(hold({one}), Error) << digest;
  }
}

TEST_F(Cache, MendsWhatWasKilledMidway) {
  const auto one = layer("one");
  fs::create_directories(folder_of(one).string() + ".partial/root");
  std::ofstream(folder_of(one).string() + ".partial/root/left") << "over";
  const auto leases = hold({one});
  EXPECT_FALSE(fs::exists(leases[0].root / "left"));
  EXPECT_EQ(count(".partial"), 0);
}

TEST_F(Cache, MendsWhateverMomentAProcessIsKilledAt) {
  const auto one = layer("one", 40'000'000);
  for (int moment = 0; moment < 12; ++moment) {
    const pid_t child = ::fork();
    if (child == 0) {
      // Dies in the midst, at another piece each time.
      int calls = 0;
      cache().hold({one}, [&] {
        if (++calls > moment * 2) ::raise(SIGKILL);
      });
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(fs::file_size(hold({one})[0].root / "one"), 40'000'000U);
    cache().trim(0);
    EXPECT_TRUE(fs::is_empty(layers_));
  }
}

TEST_F(Cache, UnpacksAgainWhatAPowerFailureMayHaveTorn) {
  const auto one = layer("one");
  hold({one});
  const fs::path record = folder_of(one) / "layer.json";
  std::string text = read_file(record);
  const auto boot = text.find("\"boot\":\"") + 8;
  text[boot] = text[boot] == '0' ? '1' : '0';
  std::ofstream(record) << text;
  EXPECT_FALSE(cache().has({one}));
  const auto leases = hold({one});
  EXPECT_TRUE(cache().has({one}));
  cache().settle(leases);
  std::ofstream(record) << text;
  EXPECT_TRUE(cache().has({one}));
  std::ofstream(record) << "{";
  EXPECT_FALSE(cache().has({one}));
}

TEST_F(Cache, TrimsTheLongestUnusedAndNothingInUse) {
  const auto first = layer("first", 1'000'000);
  const auto second = layer("second", 1'000'000);
  const auto third = layer("third", 1'000'000);
  hold({first});
  const auto used = hold({second});
  hold({third});
  hold({first});  // used again: third is now the oldest of those that nobody holds
  cache().trim(2'500'000);
  EXPECT_TRUE(fs::exists(folder_of(first)));
  EXPECT_TRUE(fs::exists(folder_of(second)));
  EXPECT_FALSE(fs::exists(folder_of(third)));
  cache().trim(0);
  EXPECT_FALSE(fs::exists(folder_of(first)));
  EXPECT_TRUE(fs::exists(used[0].root / "second"));
}

TEST_F(Cache, TrimSweepsWhatNobodyWillMend) {
  const auto one = layer("one");
  std::ofstream(folder_of(one).string() + ".lock");
  fs::create_directories(folder_of(one).string() + ".partial/root");
  cache().trim(1'000'000);
  EXPECT_TRUE(fs::is_empty(layers_));
}

TEST_F(Cache, LeaseCanBeTakenOverByAnotherProcess) {
  const auto one = layer("one");
  auto leases = hold({one});
  const auto lock_file = leases[0].lock_file;
  {
    const auto taken = LayerCache::take_over(lock_file);
    leases.clear();
    cache().trim(0);
    EXPECT_TRUE(fs::exists(taken.root / "one"));
  }
  cache().trim(0);
  EXPECT_THROW(LayerCache::take_over(lock_file), Error);
}

}  // namespace
}  // namespace sagebrush::container
