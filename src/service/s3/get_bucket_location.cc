#include "generated/s3/get_bucket_location.h"

#include "service/call.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

GetBucketLocationOutput get_bucket_location(Call& call, const GetBucketLocationRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  const auto bucket = call.house.objects.find_bucket(request.Bucket());
  if (!bucket) throw to_aws_error(store::ObjectFault::kNoSuchBucket);
  GetBucketLocationOutput output;
  // us-east-1 is told by an empty element.
  if (bucket->region != "us-east-1") output.set_LocationConstraint(bucket->region);
  return output;
}

}  // namespace sagebrush::service::s3
