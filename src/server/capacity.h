#pragma once

#include "job/engine.h"
#include "server/options.h"

namespace sagebrush::server {

// What jobs may use and the processors' and GPUs' numbers: this machine, or less or more of it
// where the options say so. With more processors than there are, jobs share them (their numbers
// then go round).
void settle_capacity(const Options& options, job::EngineSettings& settings);

}  // namespace sagebrush::server
