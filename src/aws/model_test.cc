#include "aws/model.h"

#include <gtest/gtest.h>

#include "aws/registry.h"
#include "aws/validation_pattern.h"

namespace sagebrush::aws {
namespace {

TEST(Registry, FindsServicesByFolderAndBySigningName) {
  EXPECT_EQ(find_service("logs")->row().full_name, "Amazon CloudWatch Logs");
  EXPECT_EQ(find_service_by_signing_name("sagemaker")->id(), "sagemaker");
  EXPECT_FALSE(find_service("lambda"));
}

TEST(Registry, ReadsTargets) {
  std::optional<Target> target = find_target("SageMaker.CreateTrainingJob");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->service.id(), "sagemaker");
  EXPECT_EQ(target->found->name(), "CreateTrainingJob");
  EXPECT_EQ(find_target("Logs_20140328.GetLogEvents")->service.id(), "logs");
  EXPECT_FALSE(find_target("SageMaker.CreateWorld")->found);
  EXPECT_FALSE(find_target("CreateTrainingJob"));
  EXPECT_FALSE(find_target("Lambda.Invoke"));
}

TEST(Model, KnowsConstraintsOfAShape) {
  Shape name = *find_service("sagemaker")->find_shape("TrainingJobName");
  EXPECT_EQ(name.kind(), ShapeKind::kString);
  EXPECT_EQ(name.min(), 1);
  EXPECT_EQ(name.max(), 63);
  EXPECT_EQ(name.pattern(), "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");
}

TEST(Model, KnowsLocationsAndPayload) {
  Shape put = *find_service("s3")->find_operation("PutObject")->input();
  EXPECT_EQ(put.find_member("Key")->location(), Location::kUri);
  EXPECT_TRUE(put.find_member("Key")->required());
  EXPECT_EQ(put.find_member("Metadata")->location(), Location::kHeaders);
  EXPECT_EQ(put.find_member("Metadata")->wire_name(), "x-amz-meta-");
  EXPECT_EQ(put.payload()->name(), "Body");
  EXPECT_TRUE(put.payload()->streaming());
}

TEST(Model, KnowsErrorsByCodeAndByName) {
  Service iam = *find_service("iam");
  EXPECT_EQ(iam.find_error("NoSuchEntity")->http_status(), 404);
  EXPECT_EQ(iam.find_error("NoSuchEntityException")->error_code(), "NoSuchEntity");
  EXPECT_FALSE(iam.find_error("User"));
  Operation get_user = *iam.find_operation("GetUser");
  ASSERT_GT(get_user.error_count(), 0u);
  EXPECT_EQ(get_user.error(0).name(), "NoSuchEntityException");
  EXPECT_EQ(get_user.result_wrapper(), "GetUserResult");
}

TEST(Model, HoldsWhatIsNewerThanTheInstalledModels) {
  EXPECT_TRUE(find_service("sagemaker")->find_operation("DeleteTrainingJob"));
  EXPECT_TRUE(find_service("s3")->find_shape("PutObjectRequest")->find_member("IfNoneMatch"));
}

TEST(Model, EveryPatternCompiles) {
  for (const tables::ServiceRow* row : service_rows()) {
    Service service(row);
    for (std::size_t i = 0; i < service.shape_count(); ++i) {
      Shape shape = service.shape(i);
      if (shape.pattern().empty()) continue;
      EXPECT_NO_THROW(matches_pattern(shape, "x")) << service.id() << " " << shape.name();
    }
  }
}

}  // namespace
}  // namespace sagebrush::aws
