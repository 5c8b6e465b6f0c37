#include "generated/s3/head_bucket.h"

#include "service/call.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

HeadBucketOutput head_bucket(Call& call, const HeadBucketRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  const auto bucket = call.house.objects.find_bucket(request.Bucket());
  if (!bucket) throw to_aws_error(store::ObjectFault::kNoSuchBucket);
  HeadBucketOutput output;
  output.set_BucketRegion(bucket->region);
  return output;
}

}  // namespace sagebrush::service::s3
