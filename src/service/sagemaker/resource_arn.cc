#include "service/sagemaker/resource_arn.h"

#include "aws/aws_error.h"
#include "base/text.h"
#include "job/live_jobs.h"
#include "store/jobs.h"

namespace sagebrush::service::sagemaker {

std::string training_job_arn(const Call& call, const std::string& name) {
  return "arn:aws:sagemaker:" + call.region + ":" + call.house.account + ":training-job/" +
         to_lower(name);
}

std::string require_resource(const Call& call, const std::string& arn) {
  constexpr std::string_view kTrainingJob = "training-job/";
  const auto parts = split(arn, ':');
  if (parts.size() == 6 && parts[2] == "sagemaker" && parts[4] == call.house.account &&
      parts[5].starts_with(kTrainingJob)) {
    const std::string name = to_lower(parts[5].substr(kTrainingJob.size()));
    const auto row = store::Jobs(call.house.database).find_lower_case(job::kTrainingKind, name);
    if (row) return job::from_row(*row).arn;
  }
  throw aws::AwsError("ValidationException", 400, "Could not find resource with ARN " + arn + ".");
}

}  // namespace sagebrush::service::sagemaker
