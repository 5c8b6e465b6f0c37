#include "algorithms/image_classification/history.h"

#include <boost/json.hpp>

#include "algorithms/image_classification/error.h"

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

}  // namespace

json::value to_json(const std::vector<EpochMetrics>& history) {
  json::array list;
  for (const EpochMetrics& metrics : history) {
    json::object object{{"epoch", metrics.epoch}};
    for (const Field& field : kFields) object[field.name] = metrics.*field.member;
    list.push_back(std::move(object));
  }
  return list;
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
      if (number == nullptr || !number->is_number())
        user_error(std::string("checkpoint: history: ") + field.name + " is missing");
      metrics.*field.member = number->to_number<double>();
    }
    history.push_back(metrics);
  }
  return history;
}

}  // namespace sagebrush::vision
