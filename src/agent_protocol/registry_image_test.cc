#include "agent_protocol/registry_image.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::agent_protocol {
namespace {

RegistryImage example() {
  return {.repository = "team/train",
          .digest = "sha256:aa",
          .config = {{"architecture", "amd64"}, {"config", {{"Cmd", {"train"}}}}},
          .layers = {{.digest = "sha256:bb",
                      .media_type = "application/vnd.oci.image.layer.v1.tar+gzip",
                      .bytes = 17,
                      .blob = "/data/images/ab/ab-1",
                      .diff_id = "sha256:cc"}}};
}

TEST(RegistryImage, ComesBackFromJson) {
  const auto text = boost::json::serialize(example().to_json());
  const auto again = RegistryImage::from_json(boost::json::parse(text).get_object());
  EXPECT_EQ(again.to_json(), example().to_json());
  ASSERT_EQ(again.layers.size(), 1U);
  EXPECT_EQ(again.layers[0].bytes, 17U);
  EXPECT_EQ(again.layers[0].diff_id, "sha256:cc");
}

TEST(RegistryImage, NamesTheMemberThatIsMissing) {
  auto object = example().to_json();
  object["layers"].as_array()[0].as_object().erase("diff_id");
  try {
    RegistryImage::from_json(object);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "missing member diff_id");
  }
}

}  // namespace
}  // namespace sagebrush::agent_protocol
