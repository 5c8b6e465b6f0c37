#pragma once

#include <string>
#include <string_view>

#include "service/s3/read_conditions.h"

namespace sagebrush::service::s3 {

struct CopySource {
  std::string bucket;
  std::string key;
};

// x-amz-copy-source: "bucket/key" or "/bucket/key", percent-encoded, maybe with "?versionId=null".
// Throws AwsError InvalidArgument.
CopySource parse_copy_source(std::string_view header);

template <typename Request>
ReadConditions copy_conditions(const Request& request) {
  return {request.CopySourceIfMatch(), request.CopySourceIfNoneMatch(),
          request.CopySourceIfModifiedSince(), request.CopySourceIfUnmodifiedSince()};
}

// A copy's conditions fail with PreconditionFailed alone.
void require_for_copy(const ReadConditions& conditions, const store::ObjectInfo& source);

}  // namespace sagebrush::service::s3
