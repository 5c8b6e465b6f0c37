#include "generated/s3/delete_bucket.h"

#include "service/call.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

void delete_bucket(Call& call, const DeleteBucketRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  value_of(call.house.objects.delete_bucket(request.Bucket()));
}

}  // namespace sagebrush::service::s3
