#include "cli/demo_data.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

#include "base/error.h"
#include "base/file.h"
#include "cli/digits_idx.h"
#include "cli/gunzip.h"

namespace sagebrush::cli {
namespace {

std::string gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::array<char, 4096> out{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = out.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  std::string packed(out.data(), out.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

TEST(Gunzip, UnpacksAllMembers) {
  const std::string packed = gzip("one") + gzip("two");
  EXPECT_TRUE(is_gzip(packed));
  EXPECT_EQ(gunzip(packed, 100), "onetwo");
}

TEST(Gunzip, RefusesBrokenCutAndTooLargeData) {
  const std::string packed = gzip(std::string(100000, 'a'));
  EXPECT_THROW(gunzip(packed, 1000), Error);
  EXPECT_THROW(gunzip(packed.substr(0, packed.size() / 2), 1000000), Error);
  EXPECT_THROW(gunzip("plain text", 1000), Error);
}

TEST(MnistFiles, OthersAreRefusedByTheirMd5) {
  const TemporaryDirectory folder;
  const MnistFile& file = mnist_files().front();
  EXPECT_THROW(store_mnist_file(folder.path(), file, gzip("not MNIST")), Error);
  EXPECT_FALSE(has_mnist_file(folder.path(), file));
}

TEST(MnistFiles, AreStoredUnpacked) {
  const TemporaryDirectory folder;
  const MnistFile hello{"train/hello", "hello.gz", "5d41402abc4b2a76b9719d911017c592", 5};
  store_mnist_file(folder.path(), hello, gzip("hello"));
  EXPECT_EQ(read_file(folder.path() / "train/hello"), "hello");
  EXPECT_TRUE(has_mnist_file(folder.path(), hello));
}

std::string line_of(int value, int label) {
  std::string line;
  for (int i = 0; i < 64; ++i) line += std::to_string(value) + ",";
  return line + std::to_string(label) + "\n";
}

TEST(Digits, AreDrawnIntoTheMiddleOf28By28) {
  const Digits digits = digits_from_csv(line_of(16, 3) + line_of(8, 9));
  ASSERT_EQ(digits.labels, (std::vector<std::uint8_t>{3, 9}));
  ASSERT_EQ(digits.pixels.size(), 2 * 784u);
  EXPECT_EQ(digits.pixels[3 * 28 + 14], 0);     // margin
  EXPECT_EQ(digits.pixels[4 * 28 + 4], 255);    // first drawn
  EXPECT_EQ(digits.pixels[23 * 28 + 23], 255);  // last drawn
  EXPECT_EQ(digits.pixels[24 * 28 + 14], 0);    // margin
  EXPECT_EQ(digits.pixels[784 + 14 * 28 + 14], 128);
}

TEST(Digits, BecomeIdxFiles) {
  const Digits digits = digits_from_csv(line_of(0, 1) + line_of(16, 2) + line_of(0, 3));
  const std::string images = idx_images(digits, 1, 3);
  EXPECT_EQ(images.substr(0, 16), std::string("\0\0\x08\x03\0\0\0\x02\0\0\0\x1c\0\0\0\x1c", 16));
  EXPECT_EQ(images.size(), 16 + 2 * 784u);
  EXPECT_EQ(idx_labels(digits, 1, 3), std::string("\0\0\x08\x01\0\0\0\x02\x02\x03", 10));
}

TEST(Digits, BrokenLinesAreNamed) {
  for (const std::string& bad :
       {std::string("1,2,3\n"), line_of(17, 1), line_of(1, 10), line_of(-1, 1)}) {
    try {
      digits_from_csv(line_of(0, 0) + bad);
      FAIL() << bad;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace sagebrush::cli
