#include "generated/sagemaker/update_training_job.h"

#include "aws/aws_error.h"
#include "base/error.h"
#include "job/engine.h"
#include "service/call.h"
#include "service/sagemaker/missing_job.h"

namespace sagebrush::service::sagemaker {

sagebrush::sagemaker::UpdateTrainingJobResponse update_training_job(
    Call& call, const sagebrush::sagemaker::UpdateTrainingJobRequest& request) {
  const std::string name = request.TrainingJobName();
  try {
    call.house.engine.update(name, request.json());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kNotFound) throw missing_job();
    if (error.kind() != ErrorKind::kConflict) throw;
    throw aws::AwsError(
        "ValidationException", 400,
        std::string("The request was rejected because the training job is in status ") +
            error.what() +
            " and has no warm pool that is available: only a job that is InProgress, or one whose "
            "warm pool is Available, can be updated.");
  }
  const auto job = call.house.engine.find(name);
  if (!job) throw missing_job();
  return UpdateTrainingJobResponse().set_TrainingJobArn(job->arn);
}

}  // namespace sagebrush::service::sagemaker
