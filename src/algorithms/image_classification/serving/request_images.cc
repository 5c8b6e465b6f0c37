#include "algorithms/image_classification/serving/request_images.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <numeric>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/image.h"
#include "algorithms/image_classification/serving/base64.h"
#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {
namespace json = boost::json;
namespace {

constexpr std::size_t kMaxImages = 4096;

ImageSet empty_set(const NetworkSpec& network) {
  ImageSet set;
  set.source = "request";
  set.channels = static_cast<std::size_t>(network.channels);
  set.height = static_cast<std::size_t>(network.height);
  set.width = static_cast<std::size_t>(network.width);
  return set;
}

void add_picture(const std::uint8_t* data, std::size_t size, ImageSet& set) {
  if (set.channels != 1 && set.channels != 3)
    user_error("the network takes images of " + std::to_string(set.channels) +
               " channels; JPEG and PNG give 1 or 3");
  const Image image =
      resize_to_cover(decode_image(data, size, set.channels, "request"), set.height, set.width);
  set.bytes.file.insert(set.bytes.file.end(), image.pixels.begin(), image.pixels.end());
  ++set.count;
}

// Reads nested lists of numbers into `out`; the shape must be the network's.
void add_pixels(const json::value& value, std::size_t depth, const std::vector<std::size_t>& shape,
                std::vector<float>& out) {
  if (depth == shape.size()) {
    if (!value.is_number()) user_error("instances: a pixel is not a number");
    out.push_back(static_cast<float>(value.to_number<double>()));
    if (!std::isfinite(out.back())) user_error("instances: a pixel is not a finite number");
    return;
  }
  const json::array* const list = value.if_array();
  if (list == nullptr || list->size() != shape[depth])
    user_error("instances: lists of " + std::to_string(shape[depth]) + " were expected at depth " +
               std::to_string(depth + 1) + ", for images of " + std::to_string(shape[0]) + "x" +
               std::to_string(shape[1]));
  for (const json::value& item : *list) add_pixels(item, depth + 1, shape, out);
}

ImageSet read_json(const Bytes& body, const NetworkSpec& network) {
  boost::system::error_code error;
  const json::value document = json::parse(
      json::string_view(reinterpret_cast<const char*>(body.data()), body.size()), error);
  if (error) user_error("the body is not JSON: " + error.message());
  const json::object* const object = document.if_object();
  const json::value* const instances =
      object != nullptr ? object->if_contains("instances") : nullptr;
  if (instances == nullptr || !instances->is_array() || instances->as_array().empty())
    user_error("the body must be {\"instances\": […]} with at least one image");
  if (instances->as_array().size() > kMaxImages)
    user_error("instances: at most " + std::to_string(kMaxImages) + " images are taken at once");
  ImageSet set = empty_set(network);
  for (const json::value& instance : instances->as_array()) {
    if (const json::object* encoded = instance.if_object()) {
      const json::value* const text = encoded->if_contains("b64");
      if (text == nullptr || !text->is_string())
        user_error("instances: an object must have \"b64\" with a JPEG or PNG");
      const Bytes bytes = decode_base64(text->as_string().c_str());
      add_picture(bytes.data(), bytes.size(), set);
      continue;
    }
    std::vector<std::size_t> shape = {set.height, set.width};
    const bool nested = instance.is_array() && !instance.as_array().empty() &&
                        instance.as_array()[0].is_array() &&
                        !instance.as_array()[0].as_array().empty() &&
                        instance.as_array()[0].as_array()[0].is_array();
    if (nested || set.channels != 1) shape.push_back(set.channels);
    add_pixels(instance, 0, shape, set.floats);
    ++set.count;
  }
  if (!set.floats.empty() && !set.bytes.file.empty())
    user_error("instances: pixels and encoded pictures cannot be mixed in one request");
  return set;
}

ImageSet read_npy(const Bytes& body, const NetworkSpec& network) {
  Array array = parse_npy(body, "request");
  ImageSet set = empty_set(network);
  const std::vector<std::size_t> image = {set.height, set.width, set.channels};
  std::vector<std::size_t> shape = array.shape;
  if (set.channels == 1 && (shape.size() < 3 || shape.back() != 1 || shape.size() == 3))
    if (shape.size() < 2 || shape[shape.size() - 1] == set.width) shape.push_back(1);
  if (shape.size() == 3) shape.insert(shape.begin(), 1);
  if (shape.size() != 4 || !std::equal(image.begin(), image.end(), shape.begin() + 1))
    user_error("the array does not hold images of " + std::to_string(set.height) + "x" +
               std::to_string(set.width) + "x" + std::to_string(set.channels));
  if (shape[0] == 0 || shape[0] > kMaxImages)
    user_error("1 to " + std::to_string(kMaxImages) + " images are taken at once");
  set.count = shape[0];
  if (array.type == ElementType::kUint8) {
    set.bytes = std::move(array);
  } else {
    set.floats = to_floats(array, "request");
  }
  return set;
}

}  // namespace

// What is no ASCII would be no UTF-8 in the answer either.
std::string printable(std::string text) {
  for (char& c : text) c = c >= ' ' && c <= '~' ? c : '?';
  return text;
}

ImageSet read_request(const std::string& content_type, const Bytes& body,
                      const NetworkSpec& network) {
  const std::string type = lower(trimmed(content_type.substr(0, content_type.find(';'))));
  ImageSet set;
  if (type == "application/json") {
    set = read_json(body, network);
  } else if (type == "application/x-npy") {
    set = read_npy(body, network);
  } else if (type == "image/jpeg" || type == "image/jpg" || type == "image/png" ||
             type == "application/x-image" || type == "application/octet-stream") {
    set = empty_set(network);
    add_picture(body.data(), body.size(), set);
  } else {
    user_error("Content-Type '" + printable(type.substr(0, 100)) +
               "' is not image/jpeg, image/png, application/x-image, application/x-npy or "
               "application/json");
  }
  set.labels.assign(set.count, 0);
  return set;
}

std::vector<std::size_t> best_classes(const std::vector<float>& probabilities, std::size_t top) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  top = std::min(top, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(top), order.end(),
      [&](std::size_t a, std::size_t b) {
        return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
      });
  order.resize(top);
  return order;
}

std::string predictions_json(const std::vector<std::vector<float>>& probabilities,
                             const std::vector<std::string>& labels, std::size_t top) {
  json::array predictions;
  for (const std::vector<float>& one : probabilities) {
    json::array best;
    for (const std::size_t at : best_classes(one, std::max<std::size_t>(1, top)))
      best.push_back(json::object{{"label", labels[at]}, {"score", one[at]}});
    json::object prediction = best.front().as_object();
    prediction["top"] = std::move(best);
    predictions.push_back(std::move(prediction));
  }
  return json::serialize(json::object{{"predictions", std::move(predictions)}});
}

}  // namespace sagebrush::vision
