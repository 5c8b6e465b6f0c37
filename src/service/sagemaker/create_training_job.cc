#include "generated/sagemaker/create_training_job.h"

#include "aws/aws_error.h"
#include "base/error.h"
#include "job/engine.h"
#include "service/call.h"
#include "service/sagemaker/output_rules.h"
#include "service/sagemaker/quota_admission.h"
#include "service/sagemaker/required_image.h"
#include "service/sagemaker/resource_arn.h"
#include "service/sagemaker/training_job_rules.h"
#include "store/identities.h"
#include "store/tags.h"

namespace sagebrush::service::sagemaker {
namespace {

void require_role(const Call& call, const std::string& arn) {
  if (call.house.identities.find_role_by_arn(arn)) return;
  throw aws::AwsError(
      "ValidationException", 400,
      "Could not assume role " + arn +
          ". Please ensure that the role exists and allows principal "
          "'sagemaker.amazonaws.com' to assume the role. This server's default role is " +
          call.house.identities.default_role_arn() + ".");
}

std::vector<store::Tag> tags_of(const CreateTrainingJobRequest& request) {
  std::vector<store::Tag> tags;
  for (const Tag& tag : request.Tags().value_or(std::vector<Tag>{})) {
    tags.emplace_back(tag.Key(), tag.Value());
  }
  return tags;
}

}  // namespace

sagebrush::sagemaker::CreateTrainingJobResponse create_training_job(
    Call& call, const sagebrush::sagemaker::CreateTrainingJobRequest& request) {
  check_training_job(request.json(), call.house.file_systems);
  require_role(call, request.RoleArn());
  const auto image = require_image(call, request.json());
  check_output(call, request.json(), image);
  job::TrainingJob job;
  job.name = request.TrainingJobName();
  job.arn = training_job_arn(call, job.name);
  job.region = call.region;
  job.request = request.json();
  const std::string arn = job.arn;
  try {
    const auto admission = admit(call, job.request);
    call.house.engine.create(std::move(job));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kAlreadyExists) throw;
    throw aws::AwsError(
        "ResourceInUse", 400,
        "Training job names must be unique within an AWS account and region, and a training "
        "job with this name already exists (" +
            arn + ")");
  }
  if (const auto tags = tags_of(request); !tags.empty()) {
    store::Tags(call.house.database).put(arn, tags);
  }
  return CreateTrainingJobResponse().set_TrainingJobArn(arn);
}

}  // namespace sagebrush::service::sagemaker
