#pragma once

#include <string>
#include <vector>

namespace sagebrush::vision {

// `sagebrush-vision preprocess …`; returns the exit status. Throws Error.
int run_preprocess(const std::vector<std::string>& words);

extern const char* const kPreprocessHelp;

}  // namespace sagebrush::vision
