#include "generated/sagemaker/delete_training_job.h"

#include "aws/aws_error.h"
#include "base/error.h"
#include "job/engine.h"
#include "service/call.h"
#include "service/sagemaker/resource_arn.h"
#include "store/tags.h"

namespace sagebrush::service::sagemaker {

void delete_training_job(Call& call,
                         const sagebrush::sagemaker::DeleteTrainingJobRequest& request) {
  const std::string name = request.TrainingJobName();
  const auto job = call.house.engine.find(name);
  // Its own: the caller's region may be another one.
  const std::string arn = job ? job->arn : "";
  try {
    call.house.engine.remove(name);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kNotFound) {
      throw aws::AwsError("ResourceNotFound", 400, "Requested resource not found.");
    }
    if (error.kind() == ErrorKind::kUnavailable) {
      throw aws::AwsError(
          "ValidationException", 400,
          "You can delete only training jobs that are in a terminal state (Stopped, Failed, or "
          "Completed) and don't retain an Available managed warm pool. The training job " +
              name +
              " retains one: end it with UpdateTrainingJob (ResourceConfig: "
              "KeepAlivePeriodInSeconds 0), then delete the job.");
    }
    if (error.kind() != ErrorKind::kConflict) throw;
    throw aws::AwsError("ResourceInUse", 400,
                        "The training job " + name + " is in status " + error.what() +
                            "; only a job that has ended can be deleted.");
  }
  store::Tags(call.house.database).remove_all(arn);
}

}  // namespace sagebrush::service::sagemaker
