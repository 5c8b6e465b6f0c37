#include "algorithms/image_classification/serving/request_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/npy_writer.h"
#include "algorithms/image_classification/serving/base64.h"

namespace sagebrush::vision {
namespace {

using ::testing::HasSubstr;

const NetworkSpec kGrey{1, 4, 5, 2, {}};
const NetworkSpec kColour{3, 4, 5, 2, {}};

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string failure(const std::string& type, const Bytes& body, const NetworkSpec& network) {
  try {
    read_request(type, body, network);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string rows(int height, const std::string& row) {
  std::string text = "[";
  for (int i = 0; i < height; ++i) text += (i == 0 ? "" : ",") + row;
  return text + "]";
}

TEST(ReadRequest, ReadsPixelsFromJson) {
  const std::string image = rows(4, "[1,2,3,4,5]");
  const ImageSet set =
      read_request("application/json; charset=utf-8",
                   bytes_of("{\"instances\":[" + image + "," + image + "]}"), kGrey);
  EXPECT_EQ(set.count, 2U);
  EXPECT_EQ(set.floats[39], 5);
  const std::string colour = rows(4, rows(5, "[7,8,9]"));
  EXPECT_EQ(read_request("application/json", bytes_of("{\"instances\":[" + colour + "]}"), kColour)
                .floats[5],
            9);
}

TEST(ReadRequest, ReadsArrays) {
  const Bytes pixels(40, 3);
  for (const std::vector<std::size_t>& shape : std::vector<std::vector<std::size_t>>{
           {4, 5}, {1, 4, 5}, {2, 4, 5}, {2, 4, 5, 1}, {4, 5, 1}}) {
    std::size_t count = 1;
    for (const std::size_t n : shape) count *= n;
    const ImageSet set =
        read_request("application/x-npy", npy_bytes("|u1", shape, pixels.data(), count), kGrey);
    EXPECT_EQ(set.count, count / 20);
  }
  EXPECT_THAT(failure("application/x-npy", npy_bytes("|u1", {5, 4}, pixels.data(), 20), kGrey),
              HasSubstr("4x5x1"));
}

TEST(ReadRequest, MistakesAreNamed) {
  EXPECT_THAT(failure("text/csv", {}, kGrey), HasSubstr("Content-Type 'text/csv'"));
  EXPECT_THAT(failure("application/json", bytes_of("{"), kGrey), HasSubstr("not JSON"));
  EXPECT_THAT(failure("application/json", bytes_of("{\"instances\":[]}"), kGrey),
              HasSubstr("at least one image"));
  EXPECT_THAT(failure("application/json", bytes_of("{\"instances\":[[[1]]]}"), kGrey),
              HasSubstr("lists of 4"));
  EXPECT_THAT(failure("application/json", bytes_of("{\"instances\":[{\"b64\":\"!\"}]}"), kGrey),
              HasSubstr("not base64"));
  EXPECT_THAT(failure("image/jpeg", {}, kGrey), HasSubstr("is empty"));
  EXPECT_THAT(failure("image/png", bytes_of("GIF89a"), kGrey), HasSubstr("neither JPEG nor PNG"));
}

TEST(PredictionsJson, NamesTheLikeliestFirst) {
  EXPECT_THAT(predictions_json({{0.25F, 0.75F}}, {"cat", "dog"}, 2),
              HasSubstr(R"({"label":"dog","score":7.5E-1,"top":[{"label":"dog")"));
  EXPECT_EQ(best_classes({0.2F, 0.5F, 0.3F}, 9), (std::vector<std::size_t>{1, 2, 0}));
}

TEST(Base64, DecodesAndRefuses) {
  EXPECT_EQ(decode_base64("YWJj\nZA=="), bytes_of("abcd"));
  EXPECT_THROW(decode_base64("YW=Jj"), Error);
  EXPECT_THROW(decode_base64("Y"), Error);
}

}  // namespace
}  // namespace sagebrush::vision
