#pragma once

#include <string>
#include <vector>

namespace sagebrush::vision {

// `sagebrush-vision predict …` and `serve …`; return the exit status. Throw Error.
int run_predict(const std::vector<std::string>& words);
int run_serve(const std::vector<std::string>& words);

extern const char* const kServingHelp;

}  // namespace sagebrush::vision
