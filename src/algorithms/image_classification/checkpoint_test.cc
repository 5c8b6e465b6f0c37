#include "algorithms/image_classification/checkpoint.h"

#include <gtest/gtest.h>

#include <set>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/scratch_folder.h"

namespace sagebrush::vision {
namespace {

namespace fs = std::filesystem;

const auto ignore = [](const std::string&) {};

std::vector<NamedTensor> tensors_of(float value) {
  return {{"w", {2}, {value, value + 1}}};
}

Checkpoint checkpoint_of(std::int64_t epoch) {
  Checkpoint checkpoint;
  checkpoint.progress = {epoch, 3,   0.1 + 0.2,
                         17,    1.5, {{1, 0.3, 0.9, 0.2, 14.0 / 15, 0.1, 1234.5, 1.25}}};
  checkpoint.identity = {{"seed", "7"}};
  return checkpoint;
}

TEST(CheckpointStore, GivesBackTheNewestExactly) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path());
  EXPECT_FALSE(store.load(ignore).has_value());
  store.save(9, checkpoint_of(1), tensors_of(1));
  store.save(10, checkpoint_of(2), tensors_of(5));
  const auto loaded = store.load(ignore);
  ASSERT_TRUE(loaded.has_value());
  const Progress& progress = loaded->checkpoint.progress;
  EXPECT_EQ(progress.epoch, 2);
  EXPECT_EQ(progress.step_in_epoch, 3);
  EXPECT_EQ(progress.loss_sum, 0.1 + 0.2);  // to the last bit
  EXPECT_EQ(progress.correct, 17);
  ASSERT_EQ(progress.history.size(), 1U);
  EXPECT_EQ(progress.history[0].images_per_second, 1234.5);
  EXPECT_EQ(progress.history[0].validation_accuracy, 14.0 / 15);
  EXPECT_EQ(loaded->checkpoint.identity.at("seed"), "7");
  EXPECT_EQ(loaded->tensors.get("w", {2}).data[1], 6.0F);
}

TEST(CheckpointStore, KeepsTwoAndLeavesNoTemporaryFile) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path());
  for (std::int64_t step = 1; step <= 5; ++step)
    store.save(step, checkpoint_of(step), tensors_of(0));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(scratch.path()))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"checkpoint-4.json", "checkpoint-4.safetensors",
                                             "checkpoint-5.json", "checkpoint-5.safetensors"}));
}

TEST(CheckpointStore, KeepsWhatARunSavesThatCouldNotReadLaterSteps) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path());
  for (const char* name : {"checkpoint-100.json", "checkpoint-200.json"})
    write_file_atomically(scratch.path() / name, "torn");
  EXPECT_FALSE(store.load(ignore).has_value());
  store.save(10, checkpoint_of(1), tensors_of(1));
  EXPECT_TRUE(store.load(ignore).has_value());
  EXPECT_FALSE(fs::exists(scratch.path() / "checkpoint-200.json"));
}

// Whatever a kill or a partial upload leaves, the one before it is found.
TEST(CheckpointStore, RemovesWhatAKilledProcessLeft) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path());
  store.save(4, checkpoint_of(1), tensors_of(1));
  for (const char* name : {"checkpoint-5.safetensors.tmp", "checkpoint-6.safetensors",
                           "checkpoint-6.json.tmp", "of-the-user.safetensors"})
    write_file_atomically(scratch.path() / name, "x");
  EXPECT_TRUE(store.load(ignore).has_value());
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(scratch.path()))
    left.insert(entry.path().filename().string());
  EXPECT_EQ(left, (std::set<std::string>{"checkpoint-4.json", "checkpoint-4.safetensors",
                                         "of-the-user.safetensors"}));
}

TEST(CheckpointStore, PassesOverEveryKindOfDamage) {
  const auto damaged = [](const std::function<void(const fs::path&)>& damage) {
    const ScratchFolder scratch;
    const CheckpointStore store(scratch.path());
    store.save(1, checkpoint_of(1), tensors_of(1));
    store.save(2, checkpoint_of(2), tensors_of(2));
    damage(scratch.path());
    int skipped = 0;
    const auto loaded = store.load([&skipped](const std::string&) { ++skipped; });
    EXPECT_TRUE(loaded.has_value() && loaded->checkpoint.progress.epoch == 1);
    return skipped;
  };
  EXPECT_EQ(damaged([](const fs::path& p) { fs::remove(p / "checkpoint-2.json"); }), 0);
  EXPECT_EQ(damaged([](const fs::path& p) { fs::remove(p / "checkpoint-2.safetensors"); }), 1);
  EXPECT_EQ(damaged([](const fs::path& p) { fs::resize_file(p / "checkpoint-2.safetensors", 40); }),
            1);
  EXPECT_EQ(damaged([](const fs::path& p) { fs::resize_file(p / "checkpoint-2.json", 40); }), 1);
  EXPECT_EQ(
      damaged([](const fs::path& p) { write_file_atomically(p / "checkpoint-2.json", "{}"); }), 1);
  EXPECT_EQ(damaged([](const fs::path& p) {
              Bytes bytes = read_file(p / "checkpoint-2.safetensors");
              bytes.back() ^= 1;
              write_file_atomically(p / "checkpoint-2.safetensors", bytes.data(), bytes.size());
            }),
            1);
}

}  // namespace
}  // namespace sagebrush::vision
