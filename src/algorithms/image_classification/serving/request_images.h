#pragma once

#include <string>
#include <vector>

#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/network_spec.h"

namespace sagebrush::vision {

// The images of a request, brought to the network's size as preparing does:
//   image/jpeg, image/png, application/x-image, application/octet-stream: one picture of any size;
//   application/x-npy: [H, W], [H, W, C], [N, H, W] or [N, H, W, C], pixels of 0 to 255 or 0 to 1,
//     or prepared as in training;
//   application/json: {"instances": […]}, each nested lists of pixels [H][W] or [H][W][C], or
//     {"b64": "…"} with a JPEG or PNG.
// Throws Error{kUser} that says what is wrong with the request.
ImageSet read_request(const std::string& content_type, const Bytes& body,
                      const NetworkSpec& network);

// {"predictions": [{"label": …, "score": …, "top": [{"label": …, "score": …}, …]}, …]}
std::string predictions_json(const std::vector<std::vector<float>>& probabilities,
                             const std::vector<std::string>& labels, std::size_t top);

// The classes' numbers, the likeliest first, `top` of them.
std::vector<std::size_t> best_classes(const std::vector<float>& probabilities, std::size_t top);

}  // namespace sagebrush::vision
