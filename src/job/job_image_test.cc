#include "job/job_image.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::ImageKind;
using agent_protocol::RegistryImage;
using Words = std::vector<std::string>;

ImageSource registry() {
  ImageSource source;
  source.resolve = [](const std::string& reference,
                      const std::string& holder) -> std::optional<RegistryImage> {
    if (reference != "mine:1") return std::nullopt;
    EXPECT_EQ(holder, "job");
    return RegistryImage{"mine",
                         "sha256:0",
                         json::parse(R"({"config":{"Entrypoint":["python","run.py"],
                                                   "Cmd":["serve"]}})")
                             .as_object(),
                         {}};
  };
  return source;
}

agent_protocol::Image image(const char* algorithm) {
  const json::object request{{"AlgorithmSpecification", json::parse(algorithm)}};
  return job_image(request, ImageTable(), registry(), "job");
}

TEST(LookForImage, AsksTheRegistryThenTheTable) {
  ImageSource source;
  std::string asked;
  ImagePresence presence = ImagePresence::kNoRepository;
  source.look = [&](const std::string& reference) {
    asked = reference;
    return presence;
  };
  const auto look = [&](const char* algorithm) {
    const json::object request{{"AlgorithmSpecification", json::parse(algorithm)}};
    return look_for_image(request, ImageTable(), source);
  };
  EXPECT_EQ(look(R"({"TrainingImage":"none:1"})").presence, ImagePresence::kNoRepository);
  EXPECT_EQ(asked, "none:1");
  EXPECT_EQ(look(R"({"TrainingImage":"sagebrush/host:latest"})").kind, ImageKind::kHost);
  EXPECT_EQ(look(R"({"AlgorithmName":"image-classification"})").kind, ImageKind::kBuiltin);
  EXPECT_EQ(look(R"({"AlgorithmName":"none"})").presence, ImagePresence::kNoRepository);
  presence = ImagePresence::kNoImage;
  EXPECT_EQ(look(R"({"TrainingImage":"mine:2"})").presence, ImagePresence::kNoImage);
  presence = ImagePresence::kHere;
  EXPECT_EQ(look(R"({"TrainingImage":"mine:1"})").kind, ImageKind::kRegistry);
  presence = ImagePresence::kElsewhere;
  EXPECT_EQ(look(R"({"TrainingImage":"far.example/none:1"})").presence, ImagePresence::kElsewhere);
  EXPECT_EQ(look(R"({"TrainingImage":"far.example/host:1"})").presence, ImagePresence::kHere);
}

TEST(JobImage, RunsTheImagesEntryPointWithTrain) {
  const auto mine = image(R"({"TrainingImage":"mine:1"})");
  EXPECT_EQ(mine.kind, ImageKind::kRegistry);
  EXPECT_EQ(mine.registry->repository, "mine");
  EXPECT_EQ(mine.entrypoint, (Words{"python", "run.py"}));
  EXPECT_EQ(mine.arguments, (Words{"train"}));
}

TEST(JobImage, TakesTheJobsWordsForTheImages) {
  auto mine = image(R"({"TrainingImage":"mine:1","ContainerArguments":["a"]})");
  EXPECT_EQ(mine.entrypoint, (Words{"python", "run.py"}));
  EXPECT_EQ(mine.arguments, (Words{"a"}));
  mine = image(R"({"TrainingImage":"mine:1","ContainerEntrypoint":["sh"]})");
  EXPECT_EQ(mine.entrypoint, (Words{"sh"}));
  EXPECT_TRUE(mine.arguments.empty());
  mine = image(R"({"TrainingImage":"mine:1","ContainerEntrypoint":["sh"],
                   "ContainerArguments":["-c","x"]})");
  EXPECT_EQ(mine.arguments, (Words{"-c", "x"}));
}

TEST(JobImage, FallsBackToTheTableAndSaysWhatIsNotThere) {
  EXPECT_EQ(image(R"({"TrainingImage":"sagebrush/host"})").kind, ImageKind::kHost);
  EXPECT_EQ(image(R"({"TrainingImage":"image-classification"})").kind, ImageKind::kBuiltin);
  EXPECT_THROW(image(R"({"TrainingImage":"mine:2"})"), Error);
}

}  // namespace
}  // namespace sagebrush::job
