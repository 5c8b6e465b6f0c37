#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace sagebrush::cli {

// "<base>-2026-01-31-12-00-00-123" as the SageMaker SDK names jobs, at most 63 characters (the base
// is cut), characters that no job name may have turned into '-'.
std::string new_job_name(std::string_view base, Time now);

// What a job of this image is called: "763….amazonaws.com/team/my_trainer:1.2@sha256:…" →
// "my-trainer".
std::string base_of_image(std::string_view image);

}  // namespace sagebrush::cli
