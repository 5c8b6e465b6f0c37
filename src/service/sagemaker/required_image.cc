#include "service/sagemaker/required_image.h"

#include <string>

#include "aws/aws_error.h"
#include "job/engine.h"
#include "job/image_reference.h"
#include "job/request_json.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;
using job::ImagePresence;
using job::ImageReference;

// Of an image that should be in this registry; in SageMaker's words.
std::string not_in_registry(const Call& call, const json::object& request, const std::string& image,
                            ImagePresence presence) {
  const ImageReference name = job::parse_image_reference(image).value();
  const std::string permissions =
      " and role " + job::text_at(request, "RoleArn") +
      " has proper pull permissions for SageMaker: ecr:BatchCheckLayerAvailability, "
      "ecr:BatchGetImage, ecr:GetDownloadUrlForLayer";
  const auto or_null = [](const std::string& text) { return text.empty() ? "null" : text; };
  if (presence == ImagePresence::kNoRepository) {
    return "Cannot find repository: " + name.repository + " in registry ID: " + call.house.account +
           " Please check if your ECR repository exists" + permissions;
  }
  return "Cannot find the requested image: " + image + " with tag: " + or_null(name.tag) +
         " and digest: " + or_null(name.digest) + ". Please check if your ECR image exists" +
         permissions;
}

// How to have another registry's image here.
std::string how_to_push(const Call& call, const std::string& image, const ImageReference& name) {
  const std::string here = std::string(call.request->headers.get("Host")) + "/" + name.repository +
                           ":" + (name.tag.empty() ? "latest" : name.tag);
  return "To run it, push it to this server's registry and name it " + here +
         " (aws ecr create-repository --repository-name " + name.repository + "; podman pull " +
         image + "; podman tag " + image + " " + here + "; podman push " +
         (call.request->secure ? "" : "--tls-verify=false ") + here + ")";
}

std::string not_here(const Call& call, const std::string& image) {
  const std::string alias(job::image_name(image));
  std::string text = "Cannot find the training image " + image +
                     ": this server's registry does not have it, and no image alias is named '" +
                     alias + "'. ";
  if (const auto name = job::parse_image_reference(image)) {
    text += how_to_push(call, image, *name) + "; or, ";
  } else {
    text += "To run it, ";
  }
  return text + "where scripts for it run on this machine's own system too, add '" + alias +
         ": host' to image_aliases in the server's configuration.";
}

std::string no_algorithm(const std::string& name) {
  return "Cannot find the algorithm " + name +
         ". AlgorithmName must name an algorithm of this server: image-classification. An image is "
         "named by TrainingImage.";
}

}  // namespace

agent_protocol::ImageKind require_image(const Call& call, const json::object& request) {
  const auto outlook = call.house.engine.look_for_image(request);
  if (outlook.kind) return *outlook.kind;
  const auto& algorithm = *job::object_at(request, "AlgorithmSpecification");
  const std::string image = job::text_at(algorithm, "TrainingImage");
  std::string message;
  if (image.empty()) {
    message = no_algorithm(job::text_at(algorithm, "AlgorithmName"));
  } else if (outlook.presence == ImagePresence::kElsewhere) {
    message = not_here(call, image);
  } else {
    message = not_in_registry(call, request, image, outlook.presence);
  }
  throw aws::AwsError("ValidationException", 400, message);
}

}  // namespace sagebrush::service::sagemaker
