#include "agent_protocol/usage.h"

#include <cmath>

#include "agent_protocol/json_reader.h"

namespace sagebrush::agent_protocol {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostValues = 32;

UsageSample sample_from(const json::object& object) {
  const JsonReader in(object);
  UsageSample sample{.time = in.time("time_ms"), .values = {}};
  const json::object& values = in.object("values");
  if (values.size() > kMostValues) {
    throw Error(ErrorKind::kInvalid, "member values must have 32 members or fewer");
  }
  for (const auto& [name, value] : values) {
    const double number = value.is_number() ? value.to_number<double>() : NAN;
    if (!std::isfinite(number) || name.empty() || name.size() > 255) {
      throw Error(ErrorKind::kInvalid, "member values must hold finite numbers");
    }
    sample.values.emplace(name, number);
  }
  return sample;
}

}  // namespace

json::object to_json(const UsageBatch& batch) {
  json::array samples;
  for (const UsageSample& sample : batch.samples) {
    json::object values;
    for (const auto& [name, value] : sample.values) values[name] = value;
    samples.push_back(json::object{{"time_ms", to_ms(sample.time)}, {"values", std::move(values)}});
  }
  return {{"samples", std::move(samples)}};
}

UsageBatch usage_batch_from_json(const json::object& object) {
  UsageBatch batch;
  for (const auto& value : JsonReader(object).array("samples")) {
    batch.samples.push_back(sample_from(as_object(value, "a sample")));
  }
  return batch;
}

}  // namespace sagebrush::agent_protocol
