#pragma once

#include <csignal>
#include <functional>

#include "algorithms/image_classification/container_paths.h"
#include "algorithms/image_classification/report.h"

namespace sagebrush::vision {

class Communicator;
class WorkerPool;

// One training job by the container contract: reads configuration and data, resumes from the newest
// checkpoint, trains, writes model, metrics and checkpoints. `stop` is looked at after each step:
// when set, the checkpoint and the model of that moment are saved and the run returns. `begun` is
// called before the first step: until then there is nothing to save. Throws Error.
void run_training(const ContainerPaths& paths, Report& report, WorkerPool& pool,
                  const volatile std::sig_atomic_t& stop, Communicator* others,
                  const std::function<void()>& begun);

}  // namespace sagebrush::vision
