#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "algorithms/image_classification/evaluation.h"
#include "algorithms/image_classification/history.h"

namespace sagebrush::vision {

// What a run says on standard output. Each line is handed to the system at once; on a terminal a
// bar shows the epoch.
class Report {
 public:
  // quiet: says nothing, as every host but the first one.
  Report(std::string host, bool terminal, bool quiet = false)
      : host_(std::move(host)), terminal_(terminal && !quiet), quiet_(quiet) {}

  void line(const std::string& text);

  // Draws the bar, ten times a second at most; nothing where there is no terminal.
  void bar(std::int64_t epoch, std::int64_t epochs, std::int64_t done, std::int64_t steps,
           double images_per_second);

  // step=… loss=… learning_rate=… images_per_second=…
  void step(std::int64_t step, std::int64_t steps, double loss, double learning_rate,
            double images_per_second);

  // epoch=… train_loss=… … and SageMaker's #quality_metric line.
  void epoch(const EpochMetrics& metrics);

  // <what>_accuracy=… <what>_loss=… of the finished model.
  void final(const std::string& what, const Evaluation& evaluation);

 private:
  void write(const std::string& text);

  std::string host_;
  bool terminal_;
  bool quiet_;
  bool bar_drawn_ = false;
  std::chrono::steady_clock::time_point last_bar_{};
};

}  // namespace sagebrush::vision
