#include "generated/s3/delete_objects.h"

#include "aws/aws_error.h"
#include "service/call.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {
namespace {

sagebrush::s3::Error refusal(const ObjectIdentifier& object, const aws::AwsError& why) {
  sagebrush::s3::Error error;
  error.set_Key(object.Key()).set_Code(why.code()).set_Message(why.message());
  if (const auto version = object.VersionId()) error.set_VersionId(*version);
  return error;
}

}  // namespace

DeleteObjectsOutput delete_objects(Call& call, const DeleteObjectsRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  const auto wanted = request.Delete().Objects();
  if (wanted.empty() || wanted.size() > 1000) {
    throw aws::AwsError("MalformedXML", 400,
                        "The XML you provided was not well-formed or did not validate against our "
                        "published schema");
  }
  std::vector<std::string> keys;
  std::vector<DeletedObject> deleted;
  std::vector<sagebrush::s3::Error> refused;
  for (const ObjectIdentifier& object : wanted) {
    try {
      check_key(object.Key());
      check_version(object.VersionId());
    } catch (const aws::AwsError& error) {
      refused.push_back(refusal(object, error));
      continue;
    }
    keys.push_back(object.Key());
    deleted.push_back(DeletedObject().set_Key(object.Key()));
  }
  value_of(call.house.objects.remove(request.Bucket(), keys));
  DeleteObjectsOutput output;
  if (!request.Delete().Quiet().value_or(false)) output.set_Deleted(std::move(deleted));
  if (!refused.empty()) output.set_Errors(std::move(refused));
  return output;
}

}  // namespace sagebrush::service::s3
