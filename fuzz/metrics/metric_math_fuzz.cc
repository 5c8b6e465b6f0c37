#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "service/cloudwatch/metric_math.h"
#include "service/cloudwatch/statistic.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  using namespace service::cloudwatch;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  parse_statistic(text);
  const TimeSeries series{{1, 2.5}, {60, -1}};
  const SeriesList list{{"a", series}, {"b", series}};
  try {
    evaluate(text, {.find = [&](const std::string&) { return MathValue(series); },
                    .metrics = [&](const std::string&) { return list; },
                    .period = [](const std::string&) { return 60; },
                    .from_s = 0,
                    .to_s = 3600});
  } catch (const Error&) {
  }
  return 0;
}
