#include "algorithms/image_classification/model_files.h"

#include <boost/json.hpp>
#include <cmath>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMaxConfigBytes = 4 << 20;

std::vector<float> floats_of(const json::object& object, const char* key, std::int64_t channels,
                             bool positive) {
  const json::value* value = object.if_contains(key);
  std::vector<float> floats;
  bool good = value != nullptr && value->is_array() &&
              static_cast<std::int64_t>(value->as_array().size()) == channels;
  for (std::size_t i = 0; good && i < value->as_array().size(); ++i) {
    const json::value& number = value->as_array()[i];
    good = number.is_number();
    if (!good) break;
    floats.push_back(static_cast<float>(number.to_number<double>()));
    good = std::isfinite(floats.back()) && (!positive || floats.back() > 0);
  }
  if (!good)
    user_error(std::string("config.json: normalization.") + key + " must be " +
               std::to_string(channels) + (positive ? " positive" : "") + " numbers");
  return floats;
}

std::vector<std::string> load_labels(const fs::path& path, std::int64_t classes) {
  std::vector<std::string> labels;
  const Bytes text = read_file(path, kMaxConfigBytes);
  boost::system::error_code error;
  const json::value document = json::parse(
      json::string_view(reinterpret_cast<const char*>(text.data()), text.size()), error);
  const json::array* const list = document.if_array();
  if (error || list == nullptr || static_cast<std::int64_t>(list->size()) != classes)
    user_error(path.string() + ": must be a list of " + std::to_string(classes) + " names");
  for (const json::value& name : *list) {
    if (!name.is_string()) user_error(path.string() + ": a name is no text");
    labels.emplace_back(name.as_string().c_str());
  }
  return labels;
}

}  // namespace

void save_model(const fs::path& folder, const ModelConfig& config, const Hyperparameters& values,
                const EpochMetrics* epoch, const std::vector<NamedTensor>& weights) {
  fs::create_directories(folder);
  json::object hyperparameters;
  for (const auto& [name, value] : to_pairs(values)) hyperparameters[name] = value;
  const Normalization& normalization = config.normalization;
  json::object document{
      {"format", kFormat},
      {"algorithm", "sagebrush-vision image-classification"},
      {"network", to_json(config.network)},
      {"normalization",
       json::object{{"mean", json::array(normalization.mean.begin(), normalization.mean.end())},
                    {"deviation",
                     json::array(normalization.deviation.begin(), normalization.deviation.end())}}},
      {"pixels", to_string(config.pixels)},
      {"hyperparameters", std::move(hyperparameters)},
  };
  if (epoch != nullptr) {
    document["epochs_trained"] = epoch->epoch;
    document["validation_accuracy"] = epoch->validation_accuracy;
  }
  json::array labels;
  for (std::int64_t i = 0; i < config.network.classes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    labels.push_back(
        json::string(at < config.labels.size() ? config.labels[at] : std::to_string(i)));
  }
  std::vector<TensorView> views;
  for (const NamedTensor& tensor : weights) views.push_back(tensor.view());
  const Bytes bytes = write_safetensors(views, {{"format", "pt"}});
  write_file_atomically(folder / "config.json", json::serialize(document) + "\n");
  write_file_atomically(folder / "labels.json", json::serialize(labels) + "\n");
  write_file_atomically(folder / "model.safetensors", bytes.data(), bytes.size());
}

ModelConfig load_model_config(const fs::path& folder) {
  const fs::path path = folder / "config.json";
  const Bytes text = read_file(path, kMaxConfigBytes);
  boost::system::error_code error;
  const json::value document = json::parse(
      json::string_view(reinterpret_cast<const char*>(text.data()), text.size()), error);
  if (error || !document.is_object()) user_error(path.string() + ": is not a JSON object");
  const json::object& object = document.as_object();
  const json::value* format = object.if_contains("format");
  if (format == nullptr || !format->is_int64() || format->as_int64() != kFormat)
    user_error(path.string() + ": format must be " + std::to_string(kFormat));
  const json::value* network = object.if_contains("network");
  const json::value* normalization = object.if_contains("normalization");
  if (network == nullptr || normalization == nullptr || !normalization->is_object())
    user_error(path.string() + ": network and normalization are needed");
  ModelConfig config;
  config.network = network_from_json(*network);
  config.normalization.mean =
      floats_of(normalization->as_object(), "mean", config.network.channels, false);
  config.normalization.deviation =
      floats_of(normalization->as_object(), "deviation", config.network.channels, true);
  if (const json::value* pixels = object.if_contains("pixels"))
    config.pixels = pixel_range_named(pixels->is_string() ? pixels->as_string().c_str() : "");
  config.labels = load_labels(folder / "labels.json", config.network.classes);
  return config;
}

Safetensors load_model_weights(const fs::path& folder) {
  const fs::path path = folder / "model.safetensors";
  return Safetensors(read_file(path), path.string());
}

}  // namespace sagebrush::vision
