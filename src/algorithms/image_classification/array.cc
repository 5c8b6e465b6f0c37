#include "algorithms/image_classification/array.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

template <typename T>
T load(const std::uint8_t* at, bool big_endian) {
  std::uint8_t bytes[sizeof(T)];
  std::memcpy(bytes, at, sizeof(T));
  if (big_endian) std::reverse(bytes, bytes + sizeof(T));
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

template <typename From, typename To>
void convert(const Array& array, std::vector<To>& out) {
  const std::uint8_t* at = array.data();
  for (To& value : out) {
    value = static_cast<To>(load<From>(at, array.big_endian));
    at += sizeof(From);
  }
}

template <typename To>
std::vector<To> convert_all(const Array& array) {
  std::vector<To> out(array.count());
  switch (array.type) {
    case ElementType::kUint8: convert<std::uint8_t>(array, out); break;
    case ElementType::kInt8: convert<std::int8_t>(array, out); break;
    case ElementType::kInt16: convert<std::int16_t>(array, out); break;
    case ElementType::kInt32: convert<std::int32_t>(array, out); break;
    case ElementType::kInt64: convert<std::int64_t>(array, out); break;
    case ElementType::kUint16: convert<std::uint16_t>(array, out); break;
    case ElementType::kUint32: convert<std::uint32_t>(array, out); break;
    case ElementType::kFloat32: convert<float>(array, out); break;
    case ElementType::kFloat64: convert<double>(array, out); break;
  }
  return out;
}

}  // namespace

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::kUint8:
    case ElementType::kInt8: return 1;
    case ElementType::kInt16:
    case ElementType::kUint16: return 2;
    case ElementType::kInt32:
    case ElementType::kUint32:
    case ElementType::kFloat32: return 4;
    case ElementType::kInt64:
    case ElementType::kFloat64: return 8;
  }
  return 0;
}

const char* to_string(ElementType type) {
  switch (type) {
    case ElementType::kUint8: return "uint8";
    case ElementType::kInt8: return "int8";
    case ElementType::kInt16: return "int16";
    case ElementType::kInt32: return "int32";
    case ElementType::kInt64: return "int64";
    case ElementType::kUint16: return "uint16";
    case ElementType::kUint32: return "uint32";
    case ElementType::kFloat32: return "float32";
    case ElementType::kFloat64: return "float64";
  }
  return "?";
}

std::size_t Array::count() const {
  std::size_t count = 1;
  for (const std::size_t size : shape) count *= size;
  return count;
}

std::vector<std::int64_t> to_integers(const Array& array, const std::string& name) {
  if (array.type == ElementType::kFloat32 || array.type == ElementType::kFloat64)
    user_error(name + ": holds " + to_string(array.type) + "; labels must be integers");
  return convert_all<std::int64_t>(array);
}

std::vector<float> to_floats(const Array& array, const std::string& name) {
  std::vector<float> values = convert_all<float>(array);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]))
      user_error(name + ": element " + std::to_string(i) + " is not a finite number");
  }
  return values;
}

}  // namespace sagebrush::vision
