#pragma once

#include <filesystem>

namespace sagebrush::vision {

class WorkerPool;

// The accuracy of a saved model on the test half of `data`. Throws Error.
double evaluate_model(const std::filesystem::path& model, const std::filesystem::path& data,
                      WorkerPool& pool);

}  // namespace sagebrush::vision
