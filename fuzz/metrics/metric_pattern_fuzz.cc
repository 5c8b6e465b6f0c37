#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "job/metric_pattern.h"
#include "job/progress.h"

// A regex and a line, apart by a NUL: the literal must never hide what the regex alone finds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = all.find('\0');
  if (end == std::string_view::npos || end > 500) return 0;
  const std::string regex(all.substr(0, end));
  const std::string_view line = all.substr(end + 1);
  job::read_progress(line);
  RE2::Options quiet;
  quiet.set_log_errors(false);
  quiet.set_max_mem(1 << 20);
  const RE2 alone(regex, quiet);
  if (!alone.ok()) return 0;
  const bool matches = RE2::PartialMatch({line.data(), line.size()}, alone);
  if (matches && !line.contains(job::literal_of(regex))) std::abort();
  try {
    const job::MetricPatterns patterns({{"a", regex}, {"b", "loss=([0-9]+)"}});
    patterns.find(line, [](const std::string&, double) {});
  } catch (const Error&) {
  }
  return 0;
}
