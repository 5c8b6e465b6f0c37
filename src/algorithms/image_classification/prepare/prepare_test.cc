#include "algorithms/image_classification/prepare/prepare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/npy_writer.h"
#include "algorithms/image_classification/prepare/image.h"
#include "algorithms/image_classification/prepare/split.h"
#include "algorithms/image_classification/prepare/test_jpeg.h"
#include "algorithms/image_classification/prepared_split.h"
#include "algorithms/image_classification/scratch_folder.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

Bytes jpeg(int side, std::uint8_t value) {
  return flat_jpeg(side, Bytes(3, value), 95);
}

Bytes png(unsigned side, bool alpha, std::uint8_t value) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = side;
  image.format = alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image), value);
  Bytes bytes(pixels.size() + 4096);
  png_alloc_size_t size = bytes.size();
  EXPECT_NE(png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr),
            0);
  bytes.resize(size);
  return bytes;
}

void put(const fs::path& path, const Bytes& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

class PrepareTest : public ::testing::Test {
 protected:
  std::string prepared(const char* format = "auto") {
    PrepareOptions options;
    options.input = folder_.path() / "in";
    options.output = folder_.path() / "out";
    options.format = format;
    options.validation = validation_;
    options.test = test_;
    options.shard_images = shard_images_;
    options.images = images_;
    options.images.say = [this](const std::string& line) { said_ += line + "\n"; };
    prepare(options, pool_);
    return said_;
  }
  std::string failure(const char* format = "auto") {
    try {
      prepared(format);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void put_classes(int images) {
    for (int i = 0; i < images; ++i) {
      put(in("a/" + std::to_string(i) + ".jpg"), jpeg(8, 1));
      put(in("b/" + std::to_string(i) + ".jpg"), jpeg(8, 99));
    }
  }
  // Grey images of 6x6 pixels in `classes` classes.
  void put_arrays(const std::string& split, std::size_t count, std::size_t classes = 2) {
    Bytes pixels(count * 36);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
    Bytes labels(count);
    for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<std::uint8_t>(i % classes);
    put(in(split + "_images.npy"), npy_bytes("|u1", {count, 6, 6}, pixels.data(), pixels.size()));
    put(in(split + "_labels.npy"), npy_bytes("|u1", {count}, labels.data(), count));
  }
  fs::path out(const std::string& name) const { return folder_.path() / "out" / name; }
  fs::path in(const std::string& name) const { return folder_.path() / "in" / name; }

  ScratchFolder folder_;
  WorkerPool pool_{2};
  std::string said_;
  std::optional<double> validation_ = 0.25;
  std::optional<double> test_ = 0.25;
  std::size_t shard_images_ = 10000;
  SourceOptions images_;
};

TEST_F(PrepareTest, ClassFoldersBecomeSplitsThatTrainingReads) {
  for (int i = 0; i < 8; ++i) {
    put(in("cat/" + std::to_string(i) + ".jpg"), jpeg(8, static_cast<std::uint8_t>(10 * i)));
    put(in("dog/" + std::to_string(i) + ".png"), png(8, i % 2 == 0, 200));
  }
  EXPECT_THAT(prepared(),
              HasSubstr("Training samples: 8\nValidation samples: 4\nTest samples: 4\n"));
  const Dataset data = load_dataset({{"data", folder_.path() / "out"}});
  EXPECT_EQ(data.train.count, 8U);
  EXPECT_EQ(data.validation.count, 4U);
  ASSERT_TRUE(data.test);
  EXPECT_EQ(std::count(data.test->labels.begin(), data.test->labels.end(), 1), 2);
  EXPECT_EQ(data.train.class_names, (std::vector<std::string>{"cat", "dog"}));
  for (std::size_t i = 0; i < data.train.count; ++i) {
    if (data.train.labels[i] == 1) EXPECT_EQ(data.train.bytes.data()[i * 192], 200);
  }
}

TEST_F(PrepareTest, ImagesInFoldersOfAClassFolderAreOfThatClass) {
  put_classes(2);
  put(in("b/more/7.jpg"), jpeg(8, 99));
  put(in("b/more/deeper/8.png"), png(8, false, 99));
  fs::create_directory_symlink(in("b"), in("b/more/round"));
  for (int i = 0; i < 5; ++i) fs::create_directory_symlink(".", in("b/itself" + std::to_string(i)));
  fs::create_symlink("nothing", in("b/.nothing"));
  fs::create_directory_symlink(folder_.path() / "elsewhere", in("a/linked"));
  put(folder_.path() / "elsewhere/9.jpg", jpeg(8, 1));
  validation_ = test_ = 0;
  EXPECT_THAT(prepared(), HasSubstr("Training samples: 7\n"));
  const ImageSet train = load_test_set(folder_.path() / "out/train");
  EXPECT_EQ(std::count(train.labels.begin(), train.labels.end(), 1), 4);
}

TEST_F(PrepareTest, ALinkThatLeadsNowhereIsNamed) {
  put_classes(2);
  fs::create_symlink("gone.jpg", in("b/link.jpg"));
  EXPECT_THAT(failure(), HasSubstr("b/link.jpg: No such file"));
}

TEST_F(PrepareTest, ImagesOfSeveralSizesNeedASize) {
  put(in("cat/0.jpg"), jpeg(8, 1));
  put(in("cat/1.jpg"), jpeg(16, 1));
  put(in("dog/0.jpg"), jpeg(8, 1));
  EXPECT_THAT(failure(), HasSubstr("preprocess --size N brings all to one size"));
}

TEST_F(PrepareTest, DamageAndStrayFilesAreNamed) {
  Bytes cut = jpeg(32, 77);
  cut.resize(cut.size() / 2);
  put(in("cat/0.jpg"), jpeg(32, 1));
  put(in("dog/broken.jpg"), cut);
  EXPECT_THAT(failure(), HasSubstr("broken.jpg: is a damaged JPEG"));
  put(in("dog/broken.jpg"), {});
  EXPECT_THAT(failure(), HasSubstr("broken.jpg: is empty"));
  put(in("dog/broken.jpg"), {'G', 'I', 'F'});
  EXPECT_THAT(failure(), HasSubstr("broken.jpg: is neither JPEG nor PNG"));
  put(in("dog/broken.jpg"), jpeg(32, 1));
  put(in("loose.jpg"), jpeg(32, 1));
  EXPECT_THAT(failure(), HasSubstr("loose.jpg: lies beside the class folders"));
  fs::remove(in("loose.jpg"));
  fs::create_directories(in("owl"));
  EXPECT_THAT(failure(), HasSubstr("owl: is a class without an image"));
}

TEST_F(PrepareTest, AnEmptyFirstImageIsNamedAndHidesNoOther) {
  put(in("a/0.JPG"), {});
  put(in("a/1.jpg"), jpeg(8, 1));
  put(in("b/0.jpg"), jpeg(8, 1));
  EXPECT_THAT(failure(), HasSubstr("a/0.JPG: is empty"));
  try {
    load_dataset({{"train", folder_.path() / "in"}, {"test", folder_.path() / "in"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("a/0.JPG: is empty"));
  }
  fs::rename(in("a/0.JPG"), in("a/0"));
  EXPECT_THAT(failure(), HasSubstr("a/0: is empty"));
}

TEST_F(PrepareTest, AFolderTrainWithImagesOfItsOwnIsAClass) {
  for (const char* name : {"car", "ship", "train"}) {
    for (int i = 0; i < 4; ++i) put(in(std::string(name) + "/" + std::to_string(i)), jpeg(8, 90));
  }
  put(in("train/steam/5.jpg"), jpeg(8, 1));
  validation_ = test_ = 0;
  EXPECT_THAT(prepared(), HasSubstr("Training samples: 13\n"));
  EXPECT_THAT(said_, HasSubstr("(car, ship, train)"));
}

TEST_F(PrepareTest, TestImagesWithoutTrainingImagesAreNotTakenForAClass) {
  put(in("test/a/0.jpg"), jpeg(8, 1));
  put(in("test/b/0.jpg"), jpeg(8, 1));
  put(in("validation/a/0.jpg"), jpeg(8, 1));
  EXPECT_THAT(failure(), HasSubstr("in/test: holds class folders; a folder train"));
}

TEST_F(PrepareTest, TestImagesWithoutClassesBesideTrainAreRefused) {
  put(in("train/a/0.jpg"), jpeg(8, 1));
  put(in("train/b/0.jpg"), jpeg(8, 99));
  fs::create_directories(in("test"));
  EXPECT_THAT(failure(), HasSubstr("in/test: holds no class folder"));
  put(in("test/0.jpg"), jpeg(8, 1));
  EXPECT_THAT(failure(), HasSubstr("test/0.jpg: lies beside the class folders"));
}

TEST_F(PrepareTest, AClassNameThatIsNotUtf8IsShownAndRefused) {
  for (const char* name :
       {"caf\xe9", "a\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    put(in("plain/0.jpg"), jpeg(8, 1));
    put(in(std::string(name) + "/0.jpg"), jpeg(8, 1));
    EXPECT_THAT(failure(), HasSubstr("is not UTF-8")) << name;
    fs::remove_all(in(""));
  }
  put(in("plain/0.jpg"), jpeg(8, 1));
  put(in("caf\xe9/0.jpg"), jpeg(8, 1));
  EXPECT_THAT(failure(), HasSubstr("class name 'caf\\xe9'"));
  EXPECT_FALSE(fs::exists(out("train")));
  fs::rename(in("caf\xe9"), in("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
  put(in("plain/1.jpg"), jpeg(8, 99));
  validation_ = test_ = 0;
  prepared();
  EXPECT_EQ(load_test_set(out("train")).class_names[0],
            "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST_F(PrepareTest, TestImagesAreNotTakenFromTrainBesideThem) {
  for (int i = 0; i < 3; ++i) {
    put(in("train/a/" + std::to_string(i)), jpeg(8, 1));
    put(in("train/b/" + std::to_string(i)), jpeg(8, 99));
  }
  try {
    load_test_set(in(""));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("none called test"));
  }
  put(in("validation/b/0"), jpeg(8, 60));
  EXPECT_EQ(load_test_set(in("")).count, 1U);
  for (int i = 0; i < 2; ++i) put(in("test/b/" + std::to_string(i)), jpeg(8, 50));
  const ImageSet test = load_test_set(in(""));
  EXPECT_EQ(test.labels, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(load_test_set(in("train")).count, 6U);
}

TEST_F(PrepareTest, CifarBinaryIsReadAndItsMistakesAreNamed) {
  Bytes batch;
  for (int i = 0; i < 40; ++i) {
    batch.push_back(static_cast<std::uint8_t>(i % 10));
    for (int p = 0; p < 3072; ++p) batch.push_back(static_cast<std::uint8_t>(p / 1024 * 50 + i));
  }
  for (int i = 1; i <= 5; ++i) put(in("data_batch_" + std::to_string(i) + ".bin"), batch);
  EXPECT_THAT(failure(), HasSubstr("test_batch.bin: is missing"));
  put(in("test_batch.bin"), batch);
  EXPECT_THAT(prepared("cifar10"), HasSubstr("Training samples: 150\n"));
  const Dataset data = load_dataset(
      {{"train", folder_.path() / "out/train"}, {"validation", folder_.path() / "out/validation"}});
  EXPECT_EQ(data.train.class_names[9], "truck");
  EXPECT_EQ(data.train.bytes.data()[1], data.train.bytes.data()[0] + 50);
  batch[3073] = 10;
  put(in("test_batch.bin"), batch);
  EXPECT_THAT(failure(), HasSubstr("label 10 of image 1 is outside 0 to 9"));
  batch.pop_back();
  put(in("test_batch.bin"), batch);
  EXPECT_THAT(failure(), HasSubstr("truncated"));
}

TEST_F(PrepareTest, ArraysWithoutATestSplitAreSplit) {
  put_arrays("train", 40);
  EXPECT_THAT(prepared("mnist"),
              HasSubstr("Training samples: 20\nValidation samples: 10\nTest samples: 10\n"));
  validation_ = test_ = std::nullopt;
  EXPECT_THAT(prepared(),
              HasSubstr("Training samples: 32\nValidation samples: 4\nTest samples: 4\n"));
}

TEST_F(PrepareTest, ArraysSplitsAreTakenAsTheyAre) {
  put_arrays("train", 40);
  put_arrays("test", 6);
  EXPECT_THAT(prepared(),
              HasSubstr("Training samples: 30\nValidation samples: 10\nTest samples: 6\n"));
  put_arrays("validation", 8);
  EXPECT_THAT(prepared(),
              HasSubstr("Training samples: 40\nValidation samples: 8\nTest samples: 6\n"));
  put_arrays("test", 6, 3);
  EXPECT_THAT(failure(), HasSubstr("test_images.npy: its labels go to 2"));
  put_arrays("train", 40, 1);
  EXPECT_THAT(failure(), HasSubstr("all labels are 0"));
}

TEST_F(PrepareTest, SizeAndChannelsAreAppliedToImagesThatAreNotDecodedToo) {
  put_arrays("train", 40);
  put_arrays("test", 6);
  images_.height = 12;
  images_.width = 10;
  images_.channels = 3;
  EXPECT_THAT(prepared(), HasSubstr("Image size: 12x10x3\n"));
  const ImageSet test = load_test_set(out("test"));
  EXPECT_EQ(test.image_size(), 360U);
  EXPECT_EQ(test.bytes.data()[0], test.bytes.data()[2]);
  images_ = {};
  EXPECT_THAT(prepared(), HasSubstr("Image size: 6x6x1\n"));
}

TEST_F(PrepareTest, ColourArraysBecomeGrey) {
  Bytes pixels(8 * 4 * 4 * 3, 9);
  for (std::size_t i = 0; i < 48; i += 3) pixels[i] = 255;
  const Bytes labels = {0, 1, 0, 1, 0, 1, 0, 1};
  put(in("train_images.npy"), npy_bytes("|u1", {8, 4, 4, 3}, pixels.data(), pixels.size()));
  put(in("train_labels.npy"), npy_bytes("|u1", {8}, labels.data(), labels.size()));
  images_.channels = 1;
  validation_ = test_ = 0;
  EXPECT_THAT(prepared(), HasSubstr("Image size: 4x4x1\n"));
  const ImageSet train = load_test_set(out("train"));
  EXPECT_EQ(*std::max_element(train.bytes.data(), train.bytes.data() + 128), 83);
}

TEST_F(PrepareTest, NothingToPrepareSaysWhatWasExpected) {
  put(in("notes.txt"), {'x'});
  EXPECT_THAT(failure(), HasSubstr("train/<class>/"));
  EXPECT_THAT(failure("mnist"), HasSubstr("train-images-idx3-ubyte"));
}

TEST_F(PrepareTest, ADamagedShardIsNamedWhenItIsRead) {
  put_classes(4);
  prepared();
  const fs::path shard = out("train/images-00000.npy");
  Bytes bytes = read_file(shard);
  bytes.back() ^= 1;
  put(shard, bytes);
  EXPECT_THROW(load_dataset({{"data", folder_.path() / "out"}}), Error);
}

TEST_F(PrepareTest, ADamagedManifestIsCalledThatAndReplaced) {
  put_classes(8);
  prepared();
  const Bytes whole = read_file(out("train/manifest.json"));
  for (const std::size_t size : {std::size_t{0}, whole.size() / 2}) {
    put(out("train/manifest.json"),
        Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    try {
      load_dataset({{"data", folder_.path() / "out"}});
      FAIL();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("train/manifest.json: is a damaged manifest"));
    }
  }
  prepared();
  EXPECT_EQ(read_file(out("train/manifest.json")), whole);
  put(out("test/manifest.json"), Bytes(whole.begin(), whole.end() - 20));
  test_ = 0;
  prepared();
  EXPECT_FALSE(fs::exists(out("test")));
}

TEST_F(PrepareTest, AnEarlierRunsSplitsAndShardsAreRemovedAndOtherFilesKept) {
  put_classes(8);
  shard_images_ = 2;
  prepared();
  ASSERT_TRUE(fs::exists(out("train/images-00003.npy")));
  put(out("test/notes.txt"), {'x'});
  put(out("train/my-images-00003.npy"), {'x'});
  put(out("other/manifest.json"), {'{', '}'});
  validation_ = test_ = 0;
  shard_images_ = 10;
  prepared();
  EXPECT_FALSE(fs::exists(out("validation")));
  EXPECT_FALSE(fs::exists(out("test/manifest.json")));
  EXPECT_FALSE(fs::exists(out("test/images-00000.npy")));
  EXPECT_TRUE(fs::exists(out("train/images-00001.npy")));
  EXPECT_FALSE(fs::exists(out("train/images-00002.npy")));
  EXPECT_FALSE(fs::exists(out("train/labels-00003.npy")));
  EXPECT_TRUE(fs::exists(out("test/notes.txt")));
  EXPECT_TRUE(fs::exists(out("train/my-images-00003.npy")));
  EXPECT_TRUE(fs::exists(out("other/manifest.json")));
}

TEST_F(PrepareTest, AForeignManifestInASplitThatIsNotWrittenIsKept) {
  put_classes(4);
  put(out("test/manifest.json"), {'{', '}'});
  test_ = 0;
  prepared();
  EXPECT_TRUE(fs::exists(out("test/manifest.json")));
}

TEST_F(PrepareTest, ARunThatEndsInBetweenLeavesNothingToTrainOn) {
  put_classes(8);
  prepared();
  for (const char* split : {"train", "validation", "test"}) {
    const fs::path obstacle = out(std::string(split) + "/labels-00000.npy.tmp");
    put(obstacle / "x", {'x'});
    EXPECT_THAT(failure(), HasSubstr("cannot create"));
    EXPECT_THROW(load_dataset({{"data", folder_.path() / "out"}}), Error) << split;
    EXPECT_FALSE(fs::exists(out("manifest.json")));
    fs::remove_all(obstacle);
    prepared();
    EXPECT_EQ(load_dataset({{"data", folder_.path() / "out"}}).train.count, 8U);
  }
}

TEST_F(PrepareTest, AClassWithTooFewImagesToSplitIsNamed) {
  for (int i = 0; i < 3; ++i) put(in("cat/" + std::to_string(i)), jpeg(8, 1));
  put(in("owl/0.jpg"), jpeg(8, 99));
  test_ = 3;
  EXPECT_THAT(failure(), HasSubstr("class owl has 1 training images"));
}

TEST(Split, IsStratifiedAndSeeded) {
  const std::vector<std::string> kNames = {"many", "few"};
  const auto make = [] {
    LabelledImages images;
    for (int i = 0; i < 100; ++i) {
      images.labels.push_back(i % 4 == 0 ? 1 : 0);
      images.pixels.push_back(static_cast<std::uint8_t>(i));
    }
    return images;
  };
  LabelledImages first = make();
  LabelledImages second = make();
  LabelledImages other = make();
  const LabelledImages a = split_off(first, 1, 20, 7, kNames);
  EXPECT_EQ(std::count(a.labels.begin(), a.labels.end(), 1), 5);
  EXPECT_EQ(first.count(), 80U);
  EXPECT_EQ(split_off(second, 1, 20, 7, kNames).pixels, a.pixels);
  EXPECT_NE(split_off(other, 1, 20, 8, kNames).pixels, a.pixels);
  EXPECT_THROW(split_off(first, 1, 80, 7, kNames), Error);
}

TEST(Split, AndShuffleWorkWhereTheImagesAre) {
  LabelledImages images;
  for (std::uint8_t i = 0; i < 100; ++i) {
    images.labels.push_back(i % 4);
    images.pixels.insert(images.pixels.end(), {i, static_cast<std::uint8_t>(i + 100)});
  }
  const std::uint8_t* const place = images.pixels.data();
  const LabelledImages part = split_off(images, 2, 20, 7, {"a", "b", "c", "d"});
  const LabelledImages kept = images;
  shuffle(images, 2, 7);
  EXPECT_EQ(images.pixels.data(), place);
  EXPECT_NE(images.pixels, kept.pixels);
  std::vector<int> found;
  for (const LabelledImages* set : {&part, static_cast<const LabelledImages*>(&images)}) {
    ASSERT_EQ(set->pixels.size(), 2 * set->count());
    for (std::size_t i = 0; i < set->count(); ++i) {
      EXPECT_EQ(set->pixels[2 * i] % 4, set->labels[i]);
      EXPECT_EQ(set->pixels[2 * i] + 100, set->pixels[2 * i + 1]);
      found.push_back(set->pixels[2 * i]);
    }
  }
  std::sort(found.begin(), found.end());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(found.at(static_cast<std::size_t>(i)), i);
}

TEST(Resize, KeepsAFlatImageFlatAndTheMiddle) {
  Image image;
  image.height = 10;
  image.width = 30;
  image.channels = 1;
  image.pixels.assign(300, 50);
  for (std::size_t y = 0; y < 10; ++y) {
    for (std::size_t x = 10; x < 20; ++x) image.pixels[y * 30 + x] = 90;
  }
  const Image small = resize_to_cover(image, 5, 5);
  EXPECT_EQ(small.pixels, std::vector<std::uint8_t>(25, 90));
  EXPECT_EQ(resize_to_cover(image, 10, 30).pixels, image.pixels);
  EXPECT_EQ(resize_to_cover(image, 40, 40).pixels[820], 90);
}

// All its rows at the new width would be 45 GB.
TEST(Resize, TakesOnlyTheRowsThatAreShownOfAVeryHighImage) {
  Image image;
  image.height = 16'000'000;
  image.width = 1;
  image.channels = 3;
  image.pixels.assign(image.height * 3, 50);
  EXPECT_EQ(resize_to_cover(image, 224, 224).pixels,
            std::vector<std::uint8_t>(std::size_t{224} * 224 * 3, 50));
}

}  // namespace
}  // namespace sagebrush::vision
