#include "generated/s3/delete_object.h"

#include "service/call.h"
#include "service/s3/object_fault.h"
#include "service/s3/read_conditions.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

DeleteObjectOutput delete_object(Call& call, const DeleteObjectRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  check_key(request.Key());
  check_version(request.VersionId());
  value_of(call.house.objects.remove(request.Bucket(), request.Key(),
                                     write_condition(request.IfMatch(), std::nullopt)));
  return {};
}

}  // namespace sagebrush::service::s3
