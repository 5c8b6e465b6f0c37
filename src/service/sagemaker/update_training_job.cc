#include "generated/sagemaker/update_training_job.h"

#include "aws/aws_error.h"
#include "base/error.h"
#include "job/engine.h"
#include "job/request_json.h"
#include "service/call.h"
#include "service/sagemaker/missing_job.h"
#include "service/sagemaker/quota_admission.h"
#include "service/sagemaker/training_job_rules.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;
using job::SecondaryStatus;

// Refuses what the job, as it is now, can't be told. The lock is to be held until it is told.
std::unique_lock<std::mutex> check_update(const Call& call, const job::TrainingJob& job,
                                          const json::object& changes) {
  std::unique_lock<std::mutex> admission;
  if (const auto* resources = job::object_at(changes, "ResourceConfig")) {
    json::object wanted = job.request;
    wanted["ResourceConfig"].as_object()["KeepAlivePeriodInSeconds"] =
        job::integer_at(*resources, "KeepAlivePeriodInSeconds", 0);
    check_warm_pool(wanted);
    // A pool that is there already counts, however long it is kept.
    const bool more = job::keep_alive(job.request).count() == 0 && !is_final(job.status);
    if (more && job::keep_alive(wanted).count() > 0) admission = admit(call, wanted, job.id);
  }
  if (changes.contains("RemoteDebugConfig") && job.secondary != SecondaryStatus::kDownloading &&
      job.secondary != SecondaryStatus::kTraining) {
    throw aws::AwsError("ValidationException", 400,
                        "RemoteDebugConfig can be updated when the SecondaryStatus of the training "
                        "job is Downloading or Training; it is " +
                            job::to_string(job.secondary) + ".");
  }
  return admission;
}

}  // namespace

sagebrush::sagemaker::UpdateTrainingJobResponse update_training_job(
    Call& call, const sagebrush::sagemaker::UpdateTrainingJobRequest& request) {
  const std::string name = request.TrainingJobName();
  const auto before = call.house.engine.find(name);
  if (!before) throw missing_job();
  const auto admission = check_update(call, *before, request.json());
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
