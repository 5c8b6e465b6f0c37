#include "service/s3/object_fault.h"

namespace sagebrush::service::s3 {

aws::AwsError to_aws_error(store::ObjectFault fault) {
  using store::ObjectFault;
  switch (fault) {
    case ObjectFault::kNoSuchBucket:
      return {"NoSuchBucket", 404, "The specified bucket does not exist"};
    case ObjectFault::kBucketNotEmpty:
      return {"BucketNotEmpty", 409, "The bucket you tried to delete is not empty"};
    case ObjectFault::kNoSuchKey: return {"NoSuchKey", 404, "The specified key does not exist."};
    case ObjectFault::kNoSuchUpload:
      return {"NoSuchUpload", 404,
              "The specified upload does not exist. The upload ID may be invalid, or the upload "
              "may have been aborted or completed."};
    case ObjectFault::kPreconditionFailed:
      return {"PreconditionFailed", 412,
              "At least one of the pre-conditions you specified did not hold"};
    case ObjectFault::kInvalidPart:
      return {"InvalidPart", 400,
              "One or more of the specified parts could not be found.  The part may not have been "
              "uploaded, or the specified entity tag may not match the part's entity tag."};
    case ObjectFault::kInvalidPartOrder:
      return {
          "InvalidPartOrder", 400,
          "The list of parts was not in ascending order. Parts must be ordered by part number."};
    case ObjectFault::kEntityTooSmall:
      return {"EntityTooSmall", 400,
              "Your proposed upload is smaller than the minimum allowed size"};
  }
  return {"InternalError", 500, "We encountered an internal error. Please try again."};
}

}  // namespace sagebrush::service::s3
