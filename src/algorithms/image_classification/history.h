#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <vector>

namespace sagebrush::vision {

struct EpochMetrics {
  std::int64_t epoch = 0;  // from 1
  double train_loss = 0;
  double train_accuracy = 0;
  double validation_loss = 0;
  double validation_accuracy = 0;
  double learning_rate = 0;      // at its end
  double images_per_second = 0;  // of the training steps
  double seconds = 0;            // since training began, all runs together
};

boost::json::value to_json(const std::vector<EpochMetrics>& history);

// The same with its numbers as texts that read back to the last bit.
boost::json::value to_exact_json(const std::vector<EpochMetrics>& history);

// Of either. Throws Error{kUser} for anything that they would not write.
std::vector<EpochMetrics> history_from_json(const boost::json::value& value);

}  // namespace sagebrush::vision
