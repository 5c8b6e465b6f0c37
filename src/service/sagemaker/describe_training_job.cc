#include "generated/sagemaker/describe_training_job.h"

#include "job/engine.h"
#include "service/call.h"
#include "service/sagemaker/missing_job.h"
#include "service/sagemaker/training_job_document.h"

namespace sagebrush::service::sagemaker {

sagebrush::sagemaker::DescribeTrainingJobResponse describe_training_job(
    Call& call, const sagebrush::sagemaker::DescribeTrainingJobRequest& request) {
  auto job = call.house.engine.find(request.TrainingJobName());
  if (!job) throw missing_job();
  job->final_metrics = call.house.engine.final_metrics(*job);
  const auto& engine = call.house.engine;
  const bool waits = !is_final(job->status) && !job->attempt;
  return DescribeTrainingJobResponse::from_json(
      describe(*job, {.now = call.time,
                      .spot_discount = call.house.spot_discount,
                      .pool = engine.warm_pool(*job),
                      .waiting_for = waits ? engine.waiting_for(job->id).value_or("") : ""}));
}

}  // namespace sagebrush::service::sagemaker
