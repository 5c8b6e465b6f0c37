#include "algorithms/image_classification/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Bytes file_of(const std::string& header, std::size_t data_bytes) {
  Bytes file(8, 0);
  file[0] = static_cast<std::uint8_t>(header.size() & 255);
  file[1] = static_cast<std::uint8_t>(header.size() >> 8);
  file.insert(file.end(), header.begin(), header.end());
  file.resize(file.size() + data_bytes, 0);
  return file;
}

std::string failure_of(const Bytes& file) {
  try {
    Safetensors(file, "some-file");
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

TEST(Safetensors, RoundTripKeepsNamesShapesValuesAndMetadata) {
  const std::vector<float> a = {1, 2, 3, 4, 5, 6};
  const std::vector<float> b = {-0.5F};
  const Bytes bytes =
      write_safetensors({{"a.weight", {2, 3}, a.data()}, {"b", {}, b.data()}}, {{"format", "pt"}});
  const Safetensors file(bytes, "x");
  ASSERT_EQ(file.tensors().size(), 2U);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  const TensorView& view = file.get("a.weight", {2, 3});
  EXPECT_EQ(std::vector<float>(view.data, view.data + 6), a);
  EXPECT_EQ(file.get("b", {}).data[0], -0.5F);
  EXPECT_THROW(file.get("a.weight", {3, 2}), Error);
  EXPECT_THROW(file.get("c", {}), Error);
}

TEST(Safetensors, LayoutIsTheFormats) {
  const float value = 1;
  const Bytes bytes = write_safetensors({{"t", {1}, &value}}, {});
  const std::uint64_t length = bytes[0] | static_cast<std::uint64_t>(bytes[1]) << 8;
  EXPECT_EQ(length % 8, 0U);
  EXPECT_EQ(bytes.size(), 8 + length + 4);
  EXPECT_EQ(std::string(bytes.begin() + 8, bytes.begin() + 8 + 53),
            R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})");
}

TEST(Safetensors, OtherFloatsBecomeFloats) {
  const auto read = [](const std::string& type, const Bytes& data, std::size_t count) {
    const std::string header = R"({"t":{"dtype":")" + type + R"(","shape":[)" +
                               std::to_string(count) + R"(],"data_offsets":[0,)" +
                               std::to_string(data.size()) + "]}}";
    Bytes file = file_of(header, 0);
    file.insert(file.end(), data.begin(), data.end());
    const Safetensors parsed(file, "x");
    const float* const values = parsed.get("t", {static_cast<std::int64_t>(count)}).data;
    return std::vector<float>(values, values + count);
  };
  // 1, -2, the least above 0, 65504
  EXPECT_THAT(read("F16", {0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b}, 4),
              ElementsAre(1.0F, -2.0F, 0x1p-24F, 65504.0F));
  EXPECT_THAT(read("BF16", {0x80, 0x3f, 0x20, 0xc1}, 2), ElementsAre(1.0F, -10.0F));
  EXPECT_THAT(read("F64", {0, 0, 0, 0, 0, 0, 0xf8, 0x3f}, 1), ElementsAre(1.5F));
  EXPECT_THROW(read("I64", Bytes(8), 1), Error);
}

TEST(Safetensors, EveryTruncationIsAnError) {
  const std::vector<float> a(4);
  const Bytes whole = write_safetensors({{"a", {4}, a.data()}}, {});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(failure_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))),
              "(no error)")
        << size;
}

TEST(Safetensors, HostileHeadersAreErrors) {
  Bytes lying(8, 255);
  EXPECT_THAT(failure_of(lying), HasSubstr("does not fit"));
  EXPECT_THAT(failure_of(file_of("[]", 0)), HasSubstr("not a JSON object"));
  EXPECT_THAT(failure_of(file_of(R"({"a":1})", 0)), HasSubstr("needs dtype"));
  const auto entry = [](const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_EQ(failure_of(file_of(entry("[2]", "[0,8]"), 8)), "(no error)");
  EXPECT_THAT(failure_of(file_of(entry("[3]", "[0,8]"), 8)), HasSubstr("do not fit"));
  EXPECT_THAT(failure_of(file_of(entry("[2]", "[8,16]"), 8)), HasSubstr("do not fit"));
  EXPECT_THAT(failure_of(file_of(entry("[2]", "[8,0]"), 8)), HasSubstr("do not fit"));
  EXPECT_THAT(failure_of(file_of(entry("[-2]", "[0,8]"), 8)), HasSubstr("natural number"));
  EXPECT_THAT(failure_of(file_of(entry("[4294967296,4294967296]", "[0,0]"), 0)),
              HasSubstr("impossible shape"));
  EXPECT_THAT(failure_of(file_of(entry("[1]", "[4,8]"), 8)), HasSubstr("hole"));
  EXPECT_THAT(failure_of(file_of(entry("[1]", "[0,4]"), 8)), HasSubstr("after the last"));
  EXPECT_THAT(failure_of(file_of(R"({"a":{"dtype":"F17","shape":[1],"data_offsets":[0,2]}})", 2)),
              HasSubstr("F17"));
  const Safetensors count(file_of(R"({"a":{"dtype":"I16","shape":[1],"data_offsets":[0,2]}})", 2),
                          "x");
  EXPECT_TRUE(count.tensors().empty());
  EXPECT_THROW(count.get("a", {1}), Error);
}

TEST(Safetensors, UnalignedDataIsReadAllTheSame) {
  const Bytes file = file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]} })", 4);
  ASSERT_NE((file.size() - 4) % 4, 0U);
  EXPECT_EQ(Safetensors(file, "x").get("a", {1}).data[0], 0.0F);
}

}  // namespace
}  // namespace sagebrush::vision
