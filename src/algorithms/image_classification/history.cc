#include "algorithms/image_classification/history.h"

#include <boost/json.hpp>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/exact_number.h"

namespace sagebrush::vision {
namespace json = boost::json;
namespace {

struct Field {
  const char* name;
  double EpochMetrics::* member;
};
constexpr Field kFields[] = {
    {"train_loss", &EpochMetrics::train_loss},
    {"train_accuracy", &EpochMetrics::train_accuracy},
    {"validation_loss", &EpochMetrics::validation_loss},
    {"learning_rate", &EpochMetrics::learning_rate},
    {"validation_accuracy", &EpochMetrics::validation_accuracy},
    {"images_per_second", &EpochMetrics::images_per_second},
    {"seconds", &EpochMetrics::seconds},
};

template <typename Write>
json::value list_of(const std::vector<EpochMetrics>& history, const Write& write) {
  json::array list;
  for (const EpochMetrics& metrics : history) {
    json::object object{{"epoch", metrics.epoch}};
    for (const Field& field : kFields) object[field.name] = write(metrics.*field.member);
    list.push_back(std::move(object));
  }
  return list;
}

}  // namespace

json::value to_json(const std::vector<EpochMetrics>& history) {
  return list_of(history, [](double value) { return json::value(value); });
}

json::value to_exact_json(const std::vector<EpochMetrics>& history) {
  return list_of(history, exact);
}

std::vector<EpochMetrics> history_from_json(const json::value& value) {
  if (!value.is_array()) user_error("checkpoint: history is not a list");
  std::vector<EpochMetrics> history;
  for (const json::value& entry : value.as_array()) {
    const json::object* object = entry.if_object();
    EpochMetrics metrics;
    const json::value* epoch = object != nullptr ? object->if_contains("epoch") : nullptr;
    if (epoch == nullptr || !epoch->is_int64()) user_error("checkpoint: history: epoch is missing");
    metrics.epoch = epoch->as_int64();
    for (const Field& field : kFields) {
      const json::value* number = object->if_contains(field.name);
      const auto value = number != nullptr ? exact_number(*number) : std::nullopt;
      if (!value) user_error(std::string("checkpoint: history: ") + field.name + " is missing");
      metrics.*field.member = *value;
    }
    history.push_back(metrics);
  }
  return history;
}

}  // namespace sagebrush::vision
