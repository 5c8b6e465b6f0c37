#include "service/sagemaker/output_rules.h"

#include <string>

#include "aws/aws_error.h"
#include "job/checkpoint_folder.h"
#include "job/inputs.h"
#include "job/request_json.h"
#include "store/objects.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;
using job::object_at;
using job::text_at;

// Found missing only when the job uploads, it would cost all that the job has made.
void check_bucket(const Call& call, const json::object& request, const std::string& uri,
                  const std::string& member) {
  const std::string bucket = job::parse_s3_uri(uri).bucket;
  if (call.house.objects.find_bucket(bucket)) return;
  throw aws::AwsError("ValidationException", 400,
                      "Could not find S3 bucket " + bucket + " of " + member + " " + uri +
                          ". Please ensure that the bucket exists and that role " +
                          text_at(request, "RoleArn") + " can access it.");
}

}  // namespace

void check_output(const Call& call, const json::object& request, agent_protocol::ImageKind image) {
  check_bucket(call, request, text_at(*object_at(request, "OutputDataConfig"), "S3OutputPath"),
               "OutputDataConfig.S3OutputPath");
  const auto* checkpoints = object_at(request, "CheckpointConfig");
  if (!checkpoints) return;
  check_bucket(call, request, text_at(*checkpoints, "S3Uri"), "CheckpointConfig.S3Uri");
  if (!checkpoints->contains("LocalPath")) return;
  const std::string path = text_at(*checkpoints, "LocalPath");
  if (const auto problem = job::checkpoint_folder_problem(path, image)) {
    throw aws::AwsError("ValidationException", 400,
                        "CheckpointConfig.LocalPath '" + path + "' can't be used: " + *problem +
                            ". Choose a folder below /opt/ml, as /opt/ml/checkpoints.");
  }
}

}  // namespace sagebrush::service::sagemaker
