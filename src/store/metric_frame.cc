#include "store/metric_frame.h"

#include "store/byte_text.h"

namespace sagebrush::store {

std::string encode_metric_frame(const MetricFrame& frame) {
  std::string out;
  put_unsigned(out, frame.mark ? 1 : 0);
  if (frame.mark) {
    put_text(out, frame.mark->name);
    put_unsigned(out, frame.mark->next_sequence);
    put_text(out, frame.mark->state);
  }
  for (const auto& entry : frame.entries) {
    put_signed(out, entry.series);
    put_text(out, encode_points(entry.points));
  }
  return out;
}

MetricFrame decode_metric_frame(std::string_view bytes) {
  ByteReader in(bytes);
  MetricFrame frame;
  if (in.take_unsigned() != 0) {
    MetricMark& mark = frame.mark.emplace();
    mark.name = in.take_text();
    mark.next_sequence = in.take_unsigned();
    mark.state = in.take_text();
  }
  while (!in.at_end()) {
    const std::int64_t series = in.take_signed();
    frame.entries.push_back({series, decode_points(in.take_text())});
  }
  return frame;
}

}  // namespace sagebrush::store
