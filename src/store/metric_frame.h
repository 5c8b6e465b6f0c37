#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/metric_point.h"
#include "store/metrics.h"

namespace sagebrush::store {

// What one append() put into a journal.
struct MetricFrame {
  struct Entry {
    std::int64_t series = 0;
    MetricPoints points;
  };
  std::optional<MetricMark> mark;
  std::vector<Entry> entries;
};

std::string encode_metric_frame(const MetricFrame& frame);
// Throws Error{kIo} when the bytes are not what encode_metric_frame makes.
MetricFrame decode_metric_frame(std::string_view bytes);

}  // namespace sagebrush::store
