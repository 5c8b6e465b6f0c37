#include "store/metric_key.h"

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::store {
namespace {

void put(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

std::string take(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  const auto length =
      colon == std::string_view::npos ? std::nullopt : parse_unsigned(rest.substr(0, colon));
  if (!length || *length > rest.size() - colon - 1) {
    throw Error(ErrorKind::kInternal, "a metric's key is damaged");
  }
  std::string part(rest.substr(colon + 1, *length));
  rest.remove_prefix(colon + 1 + *length);
  return part;
}

}  // namespace

std::string MetricKey::start_of(std::string_view name_space) {
  std::string out;
  put(out, name_space);
  return out;
}

std::string MetricKey::text() const {
  std::string out = start_of(name_space);
  put(out, name);
  put(out, unit);
  for (const auto& [dimension, value] : dimensions) {
    put(out, dimension);
    put(out, value);
  }
  return out;
}

MetricKey MetricKey::from_text(std::string_view text) {
  MetricKey key;
  key.name_space = take(text);
  key.name = take(text);
  key.unit = take(text);
  while (!text.empty()) {
    std::string dimension = take(text);
    key.dimensions.emplace_back(std::move(dimension), take(text));
  }
  return key;
}

}  // namespace sagebrush::store
