#pragma once

#include <utility>

#include "aws/aws_error.h"
#include "store/object_types.h"

namespace sagebrush::service::s3 {

// S3's code, status and words for a fault of the store.
aws::AwsError to_aws_error(store::ObjectFault fault);

template <typename T>
T value_of(store::ObjectOutcome<T> outcome) {
  if (!outcome) throw to_aws_error(outcome.error());
  if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

}  // namespace sagebrush::service::s3
