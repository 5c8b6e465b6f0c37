#include "generated/sagemaker/stop_training_job.h"

#include "aws/aws_error.h"
#include "base/error.h"
#include "job/engine.h"
#include "service/call.h"
#include "service/sagemaker/missing_job.h"

namespace sagebrush::service::sagemaker {

void stop_training_job(Call& call, const sagebrush::sagemaker::StopTrainingJobRequest& request) {
  try {
    call.house.engine.order_stop(request.TrainingJobName());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kNotFound) throw missing_job();
    if (error.kind() != ErrorKind::kConflict) throw;
    throw aws::AwsError(
        "ValidationException", 400,
        std::string("The request was rejected because the training job is in status ") +
            error.what() + ".");
  }
}

}  // namespace sagebrush::service::sagemaker
