#pragma once

#include "aws/aws_error.h"

namespace sagebrush::service::sagemaker {

// What AWS answers for a job that is not there, although its model lists ResourceNotFound: the
// clients' waiters and the SDK take ValidationException as "gone".
inline aws::AwsError missing_job() {
  return {"ValidationException", 400, "Requested resource not found."};
}

}  // namespace sagebrush::service::sagemaker
