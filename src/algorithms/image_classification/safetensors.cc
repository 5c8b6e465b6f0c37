#include "algorithms/image_classification/safetensors.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>

#include "algorithms/image_classification/array_size.h"
#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace json = boost::json;
namespace {

constexpr std::size_t kMaxHeaderBytes = 100'000'000;  // the reference implementation's limit

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

struct Placed {
  TensorView view;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string type;
};

constexpr std::string_view kFloat = "F32";

// Of one value; 0: an unknown type.
std::size_t element_bytes(const std::string& type) {
  for (const char* one : {"BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"}) {
    if (type == one) return 1;
  }
  for (const char* two : {"U16", "I16", "F16", "BF16"}) {
    if (type == two) return 2;
  }
  for (const char* four : {"U32", "I32", "F32"}) {
    if (type == four) return 4;
  }
  for (const char* eight : {"U64", "I64", "F64"}) {
    if (type == eight) return 8;
  }
  return 0;
}

// IEEE 754 half precision.
float float_of_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  const float size = exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                     : exponent == 0
                         ? std::ldexp(static_cast<float>(fraction), -24)
                         : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}

template <typename T>
T value_at(const std::uint8_t* data) {
  T value;
  std::memcpy(&value, data, sizeof(T));
  return value;
}

// The values of a tensor of another floating-point type; none for other types.
std::optional<std::vector<float>> to_floats(const std::string& type, const std::uint8_t* data,
                                            std::size_t bytes) {
  const std::size_t size = element_bytes(type);
  float (*convert)(const std::uint8_t*) = nullptr;
  if (type == "F64")
    convert = [](const std::uint8_t* at) { return static_cast<float>(value_at<double>(at)); };
  if (type == "F16")
    convert = [](const std::uint8_t* at) { return float_of_half(value_at<std::uint16_t>(at)); };
  if (type == "BF16")
    convert = [](const std::uint8_t* at) {
      const std::uint32_t bits = std::uint32_t{value_at<std::uint16_t>(at)} << 16;
      return value_at<float>(reinterpret_cast<const std::uint8_t*>(&bits));
    };
  if (convert == nullptr) return std::nullopt;
  std::vector<float> values(bytes / size);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = convert(data + i * size);
  return values;
}

class HeaderReader {
 public:
  HeaderReader(const std::string& name, std::size_t data_bytes)
      : name_(name), data_bytes_(data_bytes) {}

  Placed read(const std::string& tensor, const json::value& entry) const {
    const json::object* object = entry.if_object();
    const json::value* dtype = object ? object->if_contains("dtype") : nullptr;
    const json::value* shape = object ? object->if_contains("shape") : nullptr;
    const json::value* offsets = object ? object->if_contains("data_offsets") : nullptr;
    if (dtype == nullptr || !dtype->is_string() || shape == nullptr || !shape->is_array() ||
        offsets == nullptr || !offsets->is_array() || offsets->as_array().size() != 2)
      fail(tensor, "needs dtype, shape and two data_offsets");
    const std::size_t element = element_bytes(dtype->as_string().c_str());
    if (element == 0)
      fail(tensor, std::string("has type ") + dtype->as_string().c_str() + ", which is unknown");
    if (shape->as_array().size() > kMaxRank) fail(tensor, "has too many dimensions");
    Placed placed;
    placed.view.name = tensor;
    placed.type = dtype->as_string().c_str();
    std::size_t bytes = element;
    for (const json::value& size : shape->as_array()) {
      const std::size_t value = natural(tensor, size);
      if (__builtin_mul_overflow(bytes, value, &bytes)) fail(tensor, "has an impossible shape");
      placed.view.shape.push_back(static_cast<std::int64_t>(value));
    }
    placed.begin = natural(tensor, offsets->as_array()[0]);
    placed.end = natural(tensor, offsets->as_array()[1]);
    if (placed.begin > placed.end || placed.end > data_bytes_ || placed.end - placed.begin != bytes)
      fail(tensor, "has data_offsets that do not fit its shape or the file");
    if (placed.type == kFloat && placed.begin % alignof(float) != 0)
      fail(tensor, "is not aligned to its type");
    return placed;
  }

 private:
  [[noreturn]] void fail(const std::string& tensor, const std::string& what) const {
    user_error(name_ + ": tensor " + tensor.substr(0, 100) + " " + what);
  }
  std::size_t natural(const std::string& tensor, const json::value& value) const {
    if (value.is_int64() && value.as_int64() >= 0)
      return static_cast<std::size_t>(value.as_int64());
    fail(tensor, "has a size or offset that is not a natural number");
  }

  const std::string& name_;
  std::size_t data_bytes_;
};

}  // namespace

std::int64_t TensorView::count() const {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

Bytes write_safetensors(const std::vector<TensorView>& tensors,
                        const std::map<std::string, std::string>& metadata) {
  json::object header;
  if (!metadata.empty()) {
    json::object& object = header["__metadata__"].emplace_object();
    for (const auto& [key, value] : metadata) object[key] = value;
  }
  std::int64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    const std::int64_t end = offset + tensor.count() * static_cast<std::int64_t>(sizeof(float));
    json::object& entry = header[tensor.name].emplace_object();
    entry["dtype"] = "F32";
    entry["shape"] = json::array(tensor.shape.begin(), tensor.shape.end());
    entry["data_offsets"] = json::array{offset, end};
    offset = end;
  }
  std::string text = json::serialize(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  Bytes file(8 + text.size() + static_cast<std::size_t>(offset));
  const std::uint64_t length = text.size();
  for (int i = 0; i < 8; ++i)
    file[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(length >> (8 * i));
  std::memcpy(file.data() + 8, text.data(), text.size());
  std::uint8_t* at = file.data() + 8 + text.size();
  for (const TensorView& tensor : tensors) {
    const std::size_t bytes = static_cast<std::size_t>(tensor.count()) * sizeof(float);
    if (bytes > 0) std::memcpy(at, tensor.data, bytes);
    at += bytes;
  }
  return file;
}

Safetensors::Safetensors(Bytes file, const std::string& name)
    : file_(std::move(file)), name_(name) {
  if (file_.size() < 8) user_error(name + ": is truncated; a safetensors file was expected");
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | file_[static_cast<std::size_t>(i)];
  if (length > kMaxHeaderBytes || length > file_.size() - 8)
    user_error(name + ": safetensors header of " + std::to_string(length) +
               " bytes does not fit the file's " + std::to_string(file_.size()));
  const std::size_t data_start = 8 + static_cast<std::size_t>(length);
  boost::system::error_code error;
  const json::value header = json::parse(
      json::string_view(reinterpret_cast<const char*>(file_.data()) + 8, length), error);
  if (error || !header.is_object()) user_error(name + ": safetensors header is not a JSON object");
  const HeaderReader reader(name, file_.size() - data_start);
  std::vector<Placed> placed;
  for (const auto& [key, value] : header.as_object()) {
    if (key == "__metadata__") {
      if (!value.is_object()) user_error(name + ": __metadata__ is not an object");
      for (const auto& [meta, text] : value.as_object()) {
        if (!text.is_string()) user_error(name + ": __metadata__ holds something other than text");
        metadata_[std::string(meta)] = std::string(text.as_string().c_str());
      }
      continue;
    }
    placed.push_back(reader.read(std::string(key), value));
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::size_t expected = 0;
  for (Placed& tensor : placed) {
    if (tensor.begin != expected)
      user_error(name + ": tensor " + tensor.view.name.substr(0, 100) +
                 " leaves a hole or overlaps another");
    expected = tensor.end;
  }
  if (expected != file_.size() - data_start)
    user_error(name + ": has " + std::to_string(file_.size() - data_start - expected) +
               " bytes after the last tensor");
  if (data_start % alignof(float) != 0) {  // legal, though our writer and the reference pad to 8
    file_.erase(file_.begin(), file_.begin() + static_cast<std::ptrdiff_t>(data_start));
  }
  const std::uint8_t* data = file_.data() + (data_start % alignof(float) != 0 ? 0 : data_start);
  for (Placed& tensor : placed) {
    if (tensor.type == kFloat) {
      tensor.view.data = reinterpret_cast<const float*>(data + tensor.begin);
    } else if (auto values =
                   to_floats(tensor.type, data + tensor.begin, tensor.end - tensor.begin)) {
      converted_.push_back(std::move(*values));
      tensor.view.data = converted_.back().data();
    } else {
      others_[tensor.view.name] = tensor.type;
      continue;
    }
    tensors_.push_back(std::move(tensor.view));
  }
}

const TensorView& Safetensors::get(const std::string& tensor,
                                   const std::vector<std::int64_t>& shape) const {
  for (const TensorView& view : tensors_) {
    if (view.name != tensor) continue;
    if (view.shape != shape)
      user_error(name_ + ": tensor " + tensor + " has shape " + shape_text(view.shape) + "; " +
                 shape_text(shape) + " was expected");
    return view;
  }
  const auto other = others_.find(tensor);
  if (other != others_.end())
    user_error(name_ + ": tensor " + tensor + " has type " + other->second +
               "; floats were expected");
  user_error(name_ + ": tensor " + tensor + " is missing");
}

}  // namespace sagebrush::vision
