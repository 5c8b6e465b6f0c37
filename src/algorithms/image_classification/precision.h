#pragma once

namespace sagebrush::vision {

// What a training's convolutions multiply in, forwards and backwards; they add up in float32, and
// weights, gradients and all other layers are float32 in both.
enum class Precision { kFloat32, kBFloat16 };

}  // namespace sagebrush::vision
