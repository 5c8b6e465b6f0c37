#include <bit>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "aws/aws_error.h"
#include "aws/cbor_codec.h"
#include "aws/json_codec.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

namespace json = boost::json;

constexpr int kMaxDepth = 64;

[[noreturn]] void refuse(const std::string& why) {
  throw AwsError("SerializationException", 400, "the body is not CBOR of this operation: " + why);
}

enum Major : unsigned { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

// The first bytes of one item.
struct Head {
  unsigned major = 0;
  unsigned info = 0;
  std::uint64_t argument = 0;
  bool indefinite() const { return info == 31; }
};

class Decoder {
 public:
  explicit Decoder(std::string_view body) : rest_(body) {}

  json::value item(int depth) {
    if (depth > kMaxDepth) refuse("it is nested too deeply");
    return item_of(head(), depth);
  }
  bool at_end() const { return rest_.empty(); }

 private:
  json::value item_of(const Head& head, int depth) {
    switch (head.major) {
      case kUnsigned: return whole_number(head.argument);
      case kNegative: return negative(head.argument);
      case kBytes: return json::value(to_base64(text(head)));
      case kText: return valid_text(head);
      case kArray: return array(head, depth);
      case kMap: return map(head, depth);
      case kTag: return tagged(head, depth);
      default: return simple(head);
    }
  }

  unsigned byte() {
    if (rest_.empty()) refuse("it ends too early");
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  std::uint64_t big_endian(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | byte();
    return value;
  }

  Head head() {
    const unsigned first = byte();
    Head head{first >> 5, first & 31, first & 31};
    if (head.info >= 28 && head.info <= 30) refuse("a reserved length");
    if (head.info >= 24 && head.info <= 27) head.argument = big_endian(1 << (head.info - 24));
    const bool may = head.major >= kBytes && head.major != kTag;
    if (head.indefinite() && !may) refuse("a number or tag without an end");
    return head;
  }

  bool take_break() {
    if (rest_.empty()) refuse("it ends too early");
    if (static_cast<unsigned char>(rest_.front()) != 0xFF) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string piece(std::uint64_t length) {
    if (length > rest_.size()) refuse("it ends too early");
    std::string bytes(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return bytes;
  }

  std::string text(const Head& first) {
    if (!first.indefinite()) return piece(first.argument);
    std::string all;
    while (!take_break()) {
      const Head part = head();
      if (part.major != first.major || part.indefinite()) refuse("a string in pieces of others");
      all += piece(part.argument);
    }
    return all;
  }

  json::value valid_text(const Head& head) {
    const std::string all = text(head);
    if (!is_utf8(all)) refuse("a text is not UTF-8");
    return json::value(all);
  }

  // Every element takes a byte at least, so the input's size bounds the work.
  json::array array(const Head& head, int depth) {
    json::array array;
    if (head.indefinite()) {
      while (!take_break()) array.push_back(item(depth + 1));
      return array;
    }
    if (head.argument > rest_.size()) refuse("it ends too early");
    for (std::uint64_t i = 0; i < head.argument; ++i) array.push_back(item(depth + 1));
    return array;
  }

  json::object map(const Head& head, int depth) {
    json::object object;
    const auto member = [&] {
      const Head key = this->head();
      if (key.major != kText) refuse("a map's key is no text");
      const json::value name = valid_text(key);
      object.insert_or_assign(name.get_string(), item(depth + 1));
    };
    if (head.indefinite()) {
      while (!take_break()) member();
      return object;
    }
    if (head.argument > rest_.size()) refuse("it ends too early");
    for (std::uint64_t i = 0; i < head.argument; ++i) member();
    return object;
  }

  // 1 is a time in seconds; other tags say more of a value than is asked here.
  json::value tagged(const Head& head, int depth) {
    json::value value = item(depth + 1);
    if (head.argument == 1 && !value.is_number()) refuse("a time is no number");
    return value;
  }

  static json::value whole_number(std::uint64_t number) {
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return number;
    }
    return static_cast<std::int64_t>(number);
  }

  static json::value negative(std::uint64_t number) {
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return -1.0 - static_cast<double>(number);
    }
    return -1 - static_cast<std::int64_t>(number);
  }

  static double half(std::uint64_t bits) {
    const auto exponent = static_cast<int>(bits >> 10 & 31);
    const auto fraction = static_cast<double>(bits & 1023);
    double value = 0;
    if (exponent == 0) {
      value = std::ldexp(fraction, -24);
    } else if (exponent != 31) {
      value = std::ldexp(fraction + 1024, exponent - 25);
    } else {
      value = fraction == 0 ? std::numeric_limits<double>::infinity()
                            : std::numeric_limits<double>::quiet_NaN();
    }
    return (bits & 0x8000) != 0 ? -value : value;
  }

  static json::value simple(const Head& head) {
    switch (head.info) {
      case 20: return false;
      case 21: return true;
      case 22:
      case 23: return nullptr;
      case 25: return finite(half(head.argument));
      case 26: return finite(std::bit_cast<float>(static_cast<std::uint32_t>(head.argument)));
      case 27: return finite(std::bit_cast<double>(head.argument));
      case 31: refuse("an end of nothing");
      default: refuse("an unknown simple value");
    }
  }

  static json::value finite(double number) {
    if (!std::isfinite(number)) refuse("a number is not finite");
    return number;
  }

  std::string_view rest_;
};

}  // namespace

json::object decode_cbor(const std::optional<Shape>& shape, std::string_view body) {
  if (body.empty()) return {};
  Decoder decoder(body);
  json::value value = decoder.item(0);
  if (!value.is_object()) refuse("it is no map");
  if (!decoder.at_end()) refuse("something follows its map");
  if (shape) check_kinds(*shape, value);
  return std::move(value.get_object());
}

}  // namespace sagebrush::aws
