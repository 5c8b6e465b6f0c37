#include "generated/s3/head_object.h"

#include "service/call.h"
#include "service/s3/object_fault.h"
#include "service/s3/read_plan.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

HeadObjectOutput head_object(Call& call, const HeadObjectRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  refuse_customer_keys(request.has_SSECustomerAlgorithm());
  check_key(request.Key());
  check_version(request.VersionId());
  const auto object = value_of(call.house.objects.find(request.Bucket(), request.Key()));
  return HeadObjectOutput::from_json(plan_read(wish_of(request), object).output);
}

}  // namespace sagebrush::service::s3
