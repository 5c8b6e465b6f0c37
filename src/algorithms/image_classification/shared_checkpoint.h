#pragma once

#include <optional>

#include "algorithms/image_classification/checkpoint.h"

namespace sagebrush::vision {

class Communicator;

// Gives all processes the first one's checkpoint, whatever their own folders hold: were they to
// start from different ones, they would train different models. Called by all of them.
std::optional<LoadedCheckpoint> share_checkpoint(std::optional<LoadedCheckpoint> own,
                                                 Communicator& others);

}  // namespace sagebrush::vision
