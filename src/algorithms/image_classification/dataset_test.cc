#include "algorithms/image_classification/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/image_classification/batch.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/pixel_range.h"
#include "algorithms/image_classification/random.h"
#include "algorithms/image_classification/scratch_folder.h"

namespace sagebrush::vision {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

Array array_of(std::vector<std::size_t> shape, Bytes data, ElementType type = ElementType::kUint8) {
  Array array;
  array.type = type;
  array.shape = std::move(shape);
  array.file = std::move(data);
  return array;
}

Bytes idx_of(std::uint8_t rank, std::vector<std::uint8_t> shape, const Bytes& data) {
  Bytes file = {0, 0, 8, rank};
  for (const std::uint8_t size : shape) file.insert(file.end(), {0, 0, 0, size});
  file.insert(file.end(), data.begin(), data.end());
  return file;
}

void put(const fs::path& path, const Bytes& bytes) {
  fs::create_directories(path.parent_path());
  write_file_atomically(path, bytes.data(), bytes.size());
}

void put_half(const fs::path& folder, const std::string& prefix, std::uint8_t count) {
  put(folder / (prefix + "-images-idx3-ubyte"), idx_of(3, {count, 4, 4}, Bytes(count * 16U, 7)));
  Bytes labels(count);
  for (std::uint8_t i = 0; i < count; ++i) labels[i] = i % 2;
  put(folder / (prefix + "-labels-idx1-ubyte"), idx_of(1, {count}, labels));
}

std::string failure_of(const std::map<std::string, fs::path>& channels) {
  try {
    load_dataset(channels);
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

TEST(LoadDataset, FindsFilesAtAnyDepthOfTwoChannelsAndOfOne) {
  const ScratchFolder scratch;
  put_half(scratch.path() / "a/deep/er", "train", 6);
  put_half(scratch.path() / "b", "t10k", 4);
  const Dataset two =
      load_dataset({{"training", scratch.path() / "a"}, {"validation", scratch.path() / "b"}});
  EXPECT_EQ(two.train.count, 6U);
  EXPECT_EQ(two.validation.count, 4U);
  EXPECT_EQ(count_classes(two), 2U);
  const Dataset one = load_dataset({{"mnist", scratch.path()}});
  EXPECT_EQ(one.validation.count, 4U);
}

TEST(LoadDataset, MistakesNameChannelAndExpectedFile) {
  const ScratchFolder scratch;
  put_half(scratch.path() / "a", "train", 6);
  put_half(scratch.path() / "b", "train", 6);
  fs::create_directories(scratch.path() / "empty");
  EXPECT_THAT(failure_of({{"train", scratch.path() / "a"}, {"test", scratch.path() / "b"}}),
              AllOf(HasSubstr("channel test"), HasSubstr("t10k-images-idx3-ubyte.gz"),
                    HasSubstr("it holds train-images-idx3-ubyte")));
  EXPECT_THAT(failure_of({{"train", scratch.path() / "empty"}, {"test", scratch.path() / "b"}}),
              AllOf(HasSubstr("channel train"), HasSubstr("it is empty")));
  EXPECT_THAT(failure_of({{"train", scratch.path() / "a"}}), HasSubstr("no channel named test"));
  EXPECT_THAT(failure_of({{"x", scratch.path()}, {"y", scratch.path()}}), HasSubstr("x y"));
  EXPECT_THAT(failure_of({{"train", scratch.path() / "a"}, {"test", scratch.path() / "none"}}),
              HasSubstr("is missing"));
}

TEST(ReadMaybeGzip, DamagedStreamsAreErrors) {
  const ScratchFolder scratch;
  const Bytes packed = {0x1f, 0x8b, 8, 0,    0,    0,    0,    0, 0, 3, 0x4b, 0x4c,
                        0x4a, 6,    0, 0xc2, 0x41, 0x24, 0x35, 3, 0, 0, 0};  // "abc"
  put(scratch.path() / "x", packed);
  EXPECT_EQ(read_maybe_gzip(scratch.path() / "x"), (Bytes{'a', 'b', 'c'}));
  Bytes twice = packed;
  twice.insert(twice.end(), packed.begin(), packed.end());
  put(scratch.path() / "x", twice);
  EXPECT_EQ(read_maybe_gzip(scratch.path() / "x").size(), 6U);
  EXPECT_THROW(read_maybe_gzip(scratch.path() / "x", 5), Error);
  for (std::size_t size = 2; size < packed.size(); ++size) {
    put(scratch.path() / "x",
        Bytes(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_THROW(read_maybe_gzip(scratch.path() / "x"), Error) << size;
  }
  Bytes wrong = packed;
  wrong[15] ^= 1;  // the CRC
  put(scratch.path() / "x", wrong);
  EXPECT_THROW(read_maybe_gzip(scratch.path() / "x"), Error);
}

TEST(MakeImageSet, ChannelsFirstBecomesChannelsLast) {
  Bytes pixels(2 * 3 * 16);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  const ImageSet set =
      make_image_set(array_of({2, 3, 4, 4}, pixels), "images", array_of({2}, {0, 1}), "labels");
  EXPECT_EQ(set.channels, 3U);
  EXPECT_EQ(set.floats[0], 0);
  EXPECT_EQ(set.floats[1], 16);
  EXPECT_EQ(set.floats[48 + 3], 49);
}

TEST(MakeImageSet, CountsAndShapesMustAgree) {
  EXPECT_THROW(make_image_set(array_of({2, 4, 4}, Bytes(32)), "i", array_of({3}, Bytes(3)), "l"),
               Error);
  EXPECT_THROW(make_image_set(array_of({0, 4, 4}, {}), "i", array_of({0}, {}), "l"), Error);
  EXPECT_THROW(make_image_set(array_of({2, 2, 2}, Bytes(8)), "i", array_of({2}, Bytes(2)), "l"),
               Error);
  EXPECT_THROW(make_image_set(array_of({1, 4, 4}, Bytes(16)), "i",
                              array_of({1}, {255}, ElementType::kInt8), "l"),
               Error);
}

TEST(FillBatch, NormalisesAndShiftsWithRawZeroOutside) {
  Bytes pixels(16);
  for (std::size_t i = 0; i < 16; ++i) pixels[i] = static_cast<std::uint8_t>(i + 1);
  const ImageSet set = make_image_set(array_of({1, 4, 4}, pixels), "i", array_of({1}, {3}), "l");
  const Normalization normalization{{2}, {2}};
  const std::uint32_t index = 0;
  std::int64_t label = 0;
  std::vector<float> out(16);
  const BatchFiller filler(set, normalization);
  const auto fill = [&](const ImageChange& change) {
    fill_batch(
        filler, set, &index, 1, [&change](std::uint32_t) { return change; }, out.data(), &label);
  };
  fill({});
  EXPECT_EQ(label, 3);
  EXPECT_FLOAT_EQ(out[0], -0.5F);
  EXPECT_FLOAT_EQ(out[15], 7);
  ImageChange change;
  change.down = 1;
  change.right = -1;
  fill(change);
  const std::vector<float> raw = {0, 0, 0, 0, 2, 3, 4, 0, 6, 7, 8, 0, 10, 11, 12, 0};
  for (std::size_t i = 0; i < 16; ++i) EXPECT_FLOAT_EQ(out[i], (raw[i] - 2) / 2) << i;
  change.down = 0;
  change.right = 9;
  fill(change);
  EXPECT_EQ(out, std::vector<float>(16, -1));
}

TEST(MatchClasses, LabelsAreFoundByName) {
  ImageSet set;
  set.labels = {0, 1, 1};
  set.class_names = {"ship", "cat"};
  match_classes(set, {"cat", "dog", "ship"}, "the model's");
  EXPECT_THAT(set.labels, ElementsAre(2, 0, 0));
  set.class_names = {"zebra"};
  EXPECT_THROW(match_classes(set, {"cat", "dog"}, "the model's"), Error);
}

ImageSet bytes_of(const Bytes& pixels) {
  return make_image_set(array_of({1, 4, 4}, pixels), "i", {0}, "l");
}

ImageSet floats_of(float value) {
  ImageSet set = bytes_of(Bytes(16));
  set.bytes = {};
  set.floats.assign(16, value);
  return set;
}

TEST(PixelRange, IsToldByTypeAndValues) {
  EXPECT_EQ(range_of(bytes_of(Bytes(16, 200))), PixelRange::kByte);
  EXPECT_EQ(range_of(bytes_of(Bytes(16, 1))), PixelRange::kUnit);
  EXPECT_EQ(range_of(floats_of(0.5F)), PixelRange::kUnit);
  EXPECT_EQ(range_of(floats_of(17)), PixelRange::kByte);
  EXPECT_EQ(range_of(floats_of(-0.5F)), PixelRange::kOther);
}

TEST(PixelRange, PixelsAreBroughtToTheNetworks) {
  ImageSet picture = bytes_of(Bytes(16, 51));
  bring_to(PixelRange::kUnit, picture);
  EXPECT_THAT(picture.floats, Each(FloatEq(0.2F)));
  ImageSet unit = floats_of(0.2F);
  bring_to(PixelRange::kByte, unit);
  EXPECT_THAT(unit.floats, Each(FloatEq(51)));
  ImageSet dark = bytes_of(Bytes(16, 1));
  bring_to(PixelRange::kByte, dark);
  EXPECT_TRUE(dark.is_uint8());
  ImageSet prepared = floats_of(-0.5F);
  bring_to(PixelRange::kOther, prepared);
  EXPECT_THAT(prepared.floats, Each(-0.5F));
  EXPECT_THROW(bring_to(PixelRange::kOther, picture = bytes_of(Bytes(16, 51))), Error);
  for (const PixelRange range : {PixelRange::kByte, PixelRange::kUnit, PixelRange::kOther})
    EXPECT_EQ(pixel_range_named(to_string(range)), range);
}

TEST(Measure, MeanAndDeviationPerChannelAndConstantIsRefused) {
  Bytes pixels(16, 0);
  for (std::size_t i = 0; i < 8; ++i) pixels[i] = 4;
  const ImageSet set = make_image_set(array_of({1, 4, 4}, pixels), "i", array_of({1}, {0}), "l");
  EXPECT_FLOAT_EQ(measure(set).mean[0], 2);
  EXPECT_FLOAT_EQ(measure(set).deviation[0], 2);
  const ImageSet flat =
      make_image_set(array_of({1, 4, 4}, Bytes(16, 5)), "i", array_of({1}, {0}), "l");
  EXPECT_THROW(measure(flat), Error);
}

TEST(EpochOrder, IsAPermutationOfItsOwnForEachEpochAndSeed) {
  std::vector<std::uint32_t> order = epoch_order(1, 0, 1000);
  EXPECT_EQ(order, epoch_order(1, 0, 1000));
  EXPECT_NE(order, epoch_order(1, 1, 1000));
  EXPECT_NE(order, epoch_order(2, 0, 1000));
  std::sort(order.begin(), order.end());
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(order[i], i);
}

}  // namespace
}  // namespace sagebrush::vision
