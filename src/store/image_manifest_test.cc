#include "store/image_manifest.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::store {
namespace {

const std::string kA = "sha256:" + std::string(64, 'a');
const std::string kB = "sha256:" + std::string(64, 'b');

std::string descriptor(const std::string& digest, const std::string& more = "") {
  return R"({"mediaType":"application/x","digest":")" + digest + R"(","size":7)" + more + "}";
}

std::string image(const std::string& more = "") {
  return R"({"schemaVersion":2,"config":)" + descriptor(kA) + R"(,"layers":[)" + descriptor(kB) +
         "]" + more + "}";
}

std::string refusal(std::string_view type, const std::string& text) {
  try {
    parse_manifest(type, text);
  } catch (const Error& error) {
    return error.what();
  }
  return "(taken)";
}

TEST(ImageManifest, ReadsAnImage) {
  const Manifest manifest =
      parse_manifest("application/vnd.oci.image.manifest.v1+json; charset=utf-8",
                     image(R"(,"subject":)" + descriptor(kB) + R"(,"annotations":{"a":"b"})"));
  EXPECT_EQ(manifest.media_type, kOciManifest);
  EXPECT_FALSE(manifest.is_index);
  EXPECT_EQ(manifest.config.value().digest, kA);
  ASSERT_EQ(manifest.layers.size(), 1U);
  EXPECT_EQ(manifest.layers[0].digest, kB);
  EXPECT_EQ(manifest.image_bytes(), 14U);
  EXPECT_EQ(manifest.subject, kB);
  EXPECT_EQ(manifest.artifact_type, "application/x");
  EXPECT_EQ(manifest.annotations, R"({"a":"b"})");
}

TEST(ImageManifest, ReadsAnIndexWithItsPlatforms) {
  const std::string text =
      R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[)" +
      descriptor(kA, R"(,"platform":{"os":"linux","architecture":"arm64","variant":"v8"})") + "]}";
  const Manifest manifest = parse_manifest("", text);
  EXPECT_TRUE(manifest.is_index);
  ASSERT_EQ(manifest.manifests.size(), 1U);
  EXPECT_EQ(manifest.manifests[0].architecture, "arm64");
  EXPECT_EQ(manifest.manifests[0].variant, "v8");
  EXPECT_EQ(manifest.image_bytes(), 0U);
}

TEST(ImageManifest, KnowsLayersThatStandElsewhere) {
  const std::string text = R"({"schemaVersion":2,"config":)" + descriptor(kA) + R"(,"layers":[)" +
                           descriptor(kB, R"(,"urls":["https://example.com/x"])") + "]}";
  EXPECT_TRUE(parse_manifest(kDockerManifest, text).layers.at(0).elsewhere);
}

TEST(ImageManifest, NamesWhatIsWrong) {
  EXPECT_EQ(refusal(kOciManifest, "[]"), "manifest: it must be a JSON object");
  EXPECT_NE(refusal(kOciManifest, "{").find("it is not JSON"), std::string::npos);
  EXPECT_EQ(refusal(kOciManifest, "{}"), "manifest: schemaVersion must be 2");
  EXPECT_EQ(refusal(kOciManifest, R"({"schemaVersion":2})"),
            "manifest: config must be a descriptor");
  EXPECT_EQ(refusal(kOciIndex, R"({"schemaVersion":2,"manifests":{}})"),
            "manifest: manifests must be a list of descriptors");
  EXPECT_EQ(
      refusal(kOciIndex, R"({"schemaVersion":2,"manifests":[{"size":1,"digest":"sha256:x"}]})"),
      "manifest: manifests[0].digest must be sha256: and 64 hexadecimal digits");
  EXPECT_EQ(refusal(kOciIndex,
                    R"({"schemaVersion":2,"manifests":[{"size":-1,"digest":")" + kA + R"("}]})"),
            "manifest: manifests[0].size must be a number of bytes");
  EXPECT_NE(refusal(kOciManifest, image(R"(,"mediaType":"application/y")")).find("but it came as"),
            std::string::npos);
  EXPECT_NE(refusal("text/html", image()).find("\"text/html\" is not taken"), std::string::npos);
  EXPECT_NE(
      refusal("application/vnd.docker.distribution.manifest.v1+prettyjws", R"({"schemaVersion":1})")
          .find("is not taken"),
      std::string::npos);
}

TEST(ImageManifest, BoundsDepthAndLength) {
  std::string deep = R"({"schemaVersion":2,"annotations":)";
  deep += std::string(100'000, '[');
  EXPECT_NE(refusal(kOciManifest, deep).find("it is not JSON"), std::string::npos);
  std::string long_list = R"({"schemaVersion":2,"manifests":[)";
  for (int i = 0; i < 5000; ++i) long_list += (i ? "," : "") + descriptor(kA);
  EXPECT_EQ(refusal(kOciIndex, long_list + "]}"),
            "manifest: manifests must be at most 4096 descriptors");
}

}  // namespace
}  // namespace sagebrush::store
