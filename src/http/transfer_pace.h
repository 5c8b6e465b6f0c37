#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace sagebrush::http {

// How long a transfer may go on waiting for its peer: `grace` plus one second for every
// `bytes_per_second` moved, and never longer than `idle` for one piece. Only time spent waiting
// counts, so a slow disk is not the peer's fault.
class TransferPace {
 public:
  using Duration = std::chrono::nanoseconds;
  TransferPace(Duration grace, std::uint64_t bytes_per_second, Duration idle)
      : grace_(grace), bytes_per_second_(bytes_per_second), idle_(idle) {}

  Duration patience() const {
    const double earned = static_cast<double>(bytes_) / static_cast<double>(bytes_per_second_);
    if (earned > 1e8) return idle_;
    const auto allowed =
        grace_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(earned));
    return std::clamp(allowed - waited_, Duration::zero(), idle_);
  }
  void moved(std::uint64_t bytes, Duration waited) {
    bytes_ += bytes;
    waited_ += waited;
  }

 private:
  Duration grace_;
  std::uint64_t bytes_per_second_;
  Duration idle_;
  std::uint64_t bytes_ = 0;
  Duration waited_{0};
};

}  // namespace sagebrush::http
