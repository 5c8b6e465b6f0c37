#pragma once

#include <cstdint>
#include <vector>

namespace sagebrush::vision {

// SplitMix64 (Steele, Lea, Flood 2014). A stream is a function of its key alone, so a resumed run
// draws what an uninterrupted one would have drawn, with no generator state to save but (seed,
// epoch, step).
class Random {
 public:
  enum class Stream : std::uint64_t {
    kWeights = 1,
    kOrder = 2,
    kChange = 3,
    kSplit = 4,
    kMirror = 5
  };

  Random(std::uint64_t seed, Stream stream, std::uint64_t index = 0)
      : state_(mix(mix(mix(seed) + static_cast<std::uint64_t>(stream)) + index)) {}

  std::uint64_t next() { return mix(state_ += kStep); }

  // Uniform in [0, bound), by multiplication (Lemire 2019, without rejection: bias below 2^-32 for
  // 32-bit bounds).
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  // Uniform in [-limit, limit).
  float symmetric(float limit) {
    return (static_cast<float>(next() >> 40) * 0x1p-23F - 1.0F) * limit;
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

// 0 to count - 1 in an order drawn from `random` (Fisher and Yates).
std::vector<std::uint32_t> shuffled(Random random, std::size_t count);

// The order in which an epoch visits `count` images.
std::vector<std::uint32_t> epoch_order(std::uint64_t seed, std::uint64_t epoch, std::size_t count);

}  // namespace sagebrush::vision
