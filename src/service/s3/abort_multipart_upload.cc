#include "generated/s3/abort_multipart_upload.h"

#include "service/call.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

AbortMultipartUploadOutput abort_multipart_upload(Call& call,
                                                  const AbortMultipartUploadRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  value_of(call.house.objects.abort_upload(request.Bucket(), request.Key(), request.UploadId()));
  return {};
}

}  // namespace sagebrush::service::s3
