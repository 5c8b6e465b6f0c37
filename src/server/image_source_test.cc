#include "server/image_source.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "job/image_platform.h"
#include "store/images_fixture.h"

namespace sagebrush::server {
namespace {

using store::digest_of;
using store::kOciIndex;
using store::kOciManifest;

struct OwnFolder {
  TemporaryDirectory folder;
};

class ImageSourceTest : public testing::Test, OwnFolder, protected store::ImagesFixture {
 protected:
  ImageSourceTest()
      : ImagesFixture("sqlite://" + (folder.path() / "test.db").string(), folder.path()) {}

  // An image of one layer for the architecture; answers its manifest's digest.
  std::string push(const std::string& layer, const std::string& tag,
                   const std::string& architecture = job::this_platform().architecture,
                   const std::string& diff_ids = R"(["sha256:d"])") {
    const std::string config = R"({"os":"linux","architecture":")" + architecture +
                               R"(","config":{"Cmd":["train"]},"rootfs":{"diff_ids":)" + diff_ids +
                               "}}";
    push_blob(layer);
    push_blob(config);
    manifest = R"({"schemaVersion":2,"config":)" + descriptor(config) + R"(,"layers":[)" +
               descriptor(layer) + "]}";
    return put(manifest, tag).value().digest;
  }

  std::string platform_entry(const std::string& architecture) {
    return R"({"mediaType":"m","size":1,"digest":")" + digest_of(manifest) +
           R"(","platform":{"os":"linux","architecture":")" + architecture + R"("}})";
  }

  std::string refusal(const std::string& reference) {
    try {
      return source.resolve(reference, "job/1") ? "(found)" : "(not ours)";
    } catch (const Error& error) {
      return error.what();
    }
  }

  std::string manifest;  // of the last push
  job::ImageSource source =
      image_source(images, job::RegistryNames("000000000000", {"127.0.0.1:9000"}));
};

TEST_F(ImageSourceTest, FindsAnImageByEachOfItsNames) {
  const std::string digest = push("layer", "v1");
  for (const std::string& reference :
       {std::string("team/train:v1"), std::string("127.0.0.1:9000/team/train:v1"),
        std::string("000000000000.dkr.ecr.eu-west-1.amazonaws.com/team/train:v1"),
        std::string("763104351884.dkr.ecr.us-east-1.amazonaws.com/team/train:v1"),
        "team/train@" + digest, "127.0.0.1:9000/team/train:v1@" + digest}) {
    const auto image = source.resolve(reference, "job/1");
    ASSERT_TRUE(image.has_value()) << reference;
    EXPECT_EQ(image->digest, digest);
    EXPECT_EQ(image->repository, repo);
    EXPECT_EQ(image->config.at("config").at("Cmd").at(0), "train");
    ASSERT_EQ(image->layers.size(), 1U);
    EXPECT_EQ(image->layers[0].digest, digest_of("layer"));
    EXPECT_EQ(image->layers[0].diff_id, "sha256:d");
    EXPECT_EQ(read_file(image->layers[0].blob), "layer");
  }
}

TEST_F(ImageSourceTest, LeavesOtherNamesToTheAliasTable) {
  push("layer", "v1");
  EXPECT_EQ(refusal("docker.io/team/train:v1"), "(not ours)");
  EXPECT_EQ(refusal("pytorch-training:2.0"), "(not ours)");
  EXPECT_EQ(refusal("763104351884.dkr.ecr.us-east-1.amazonaws.com/team/train:v9"), "(not ours)");
  EXPECT_EQ(refusal("no reference at all"), "(not ours)");
}

TEST_F(ImageSourceTest, SaysWhatIsMissing) {
  EXPECT_EQ(refusal("team/train"),
            "ClientError: Cannot find the requested image: team/train: the repository "
            "\"team/train\" has no image with tag \"latest\"");
  EXPECT_NE(refusal("team/train@" + digest_of("x")).find("no image with digest sha256:"),
            std::string::npos);
}

TEST_F(ImageSourceTest, LooksWhetherAnImageOfThisRegistryIsThere) {
  using enum job::ImagePresence;
  const std::string digest = push("layer", "v1", "s390x");  // what is in it is not its question
  EXPECT_EQ(source.look("team/train:v1"), kHere);
  EXPECT_EQ(source.look("127.0.0.1:9000/team/train@" + digest), kHere);
  EXPECT_EQ(source.look("team/train"), kNoImage);
  EXPECT_EQ(source.look("team/train@" + digest_of("x")), kNoImage);
  EXPECT_EQ(source.look("000000000000.dkr.ecr.eu-west-1.amazonaws.com/team/none:v1"),
            kNoRepository);
  EXPECT_EQ(source.look("none:v1"), kNoRepository);
  for (const char* other : {"docker.io/team/none:v1", "no reference at all",
                            "763104351884.dkr.ecr.us-east-1.amazonaws.com/team/train:v9"}) {
    EXPECT_EQ(source.look(other), kElsewhere) << other;
  }
}

TEST_F(ImageSourceTest, ChoosesThePlatformOfAnIndex) {
  const std::string digest = push("layer", "");
  put(R"({"schemaVersion":2,"manifests":[)" + platform_entry("s390x") + "," +
          platform_entry(job::this_platform().architecture) + "]}",
      "all", kOciIndex);
  EXPECT_EQ(source.resolve("team/train:all", "job/1").value().digest, digest);
  put(R"({"schemaVersion":2,"manifests":[)" + platform_entry("s390x") + "]}", "big", kOciIndex);
  const std::string here = job::this_platform().text();
  EXPECT_EQ(refusal("team/train:big"), "Exec format error: image is linux/s390x, this machine " +
                                           here + "; build with --platform " + here);
}

TEST_F(ImageSourceTest, RefusesAForeignImage) {
  push("layer", "v1", "s390x");
  EXPECT_TRUE(refusal("team/train:v1").starts_with("Exec format error: image is linux/s390x"));
}

TEST_F(ImageSourceTest, RefusesAConfigurationThatDoesNotFit) {
  push("layer", "v1", job::this_platform().architecture, "[]");
  EXPECT_NE(refusal("team/train:v1").find("names 0 layers, its manifest 1"), std::string::npos);
}

TEST_F(ImageSourceTest, HoldsTheLayersUntilTheyAreReleased) {
  push("layer", "v1");
  const auto image = source.resolve("team/train:v1", "job/1");
  images.delete_repository(repo, true);
  clock.advance(std::chrono::hours(9));
  images.collect_garbage();
  EXPECT_EQ(read_file(image.value().layers[0].blob), "layer");
  source.release("job/1");
  images.collect_garbage();
  EXPECT_FALSE(std::filesystem::exists(image->layers[0].blob));
}

}  // namespace
}  // namespace sagebrush::server
