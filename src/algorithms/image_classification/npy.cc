#include <cctype>
#include <charconv>
#include <cstring>
#include <string_view>

#include "algorithms/image_classification/array.h"
#include "algorithms/image_classification/array_size.h"
#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kMaxHeaderBytes = 65536;

// Reads the header, a Python dict literal such as {'descr': '|u1', 'fortran_order': False, 'shape':
// (60000, 28), }.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  void read(Array& array) {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        read_type(quoted(), array);
        seen_ |= 1;
      } else if (key == "fortran_order") {
        const std::string_view value = word();
        if (value == "True")
          user_error(name_ + ": is in Fortran order; save it with numpy.ascontiguousarray");
        if (value != "False") fail();
        seen_ |= 2;
      } else if (key == "shape") {
        read_shape(array);
        seen_ |= 4;
      } else {
        fail();
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (seen_ != 7) fail();
  }

 private:
  [[noreturn]] void fail() const { user_error(name_ + ": its .npy header cannot be read"); }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  std::string_view quoted() {
    skip_space();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) fail();
    const char quote = text_[at_++];
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail();
    const std::string_view inside = text_.substr(at_, end - at_);
    at_ = end + 1;
    return inside;
  }
  std::string_view word() {
    skip_space();
    const std::size_t start = at_;
    while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_]))) ++at_;
    return text_.substr(start, at_ - start);
  }
  void read_shape(Array& array) {
    array.shape.clear();
    expect('(');
    while (!accept(')')) {
      skip_space();
      std::size_t size = 0;
      const auto [end, error] =
          std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      if (error != std::errc()) fail();
      at_ = static_cast<std::size_t>(end - text_.data());
      array.shape.push_back(size);
      if (array.shape.size() > kMaxRank)
        user_error(name_ + ": has more than " + std::to_string(kMaxRank) + " dimensions");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }
  void read_type(std::string_view descr, Array& array) {
    struct Row {
      std::string_view code;
      ElementType type;
    };
    static constexpr Row kRows[] = {
        {"u1", ElementType::kUint8},  {"i1", ElementType::kInt8},    {"i2", ElementType::kInt16},
        {"i4", ElementType::kInt32},  {"i8", ElementType::kInt64},   {"u2", ElementType::kUint16},
        {"u4", ElementType::kUint32}, {"f4", ElementType::kFloat32}, {"f8", ElementType::kFloat64},
    };
    if (descr.size() == 3 && std::strchr("<>|=", descr[0]) != nullptr) {
      for (const Row& row : kRows) {
        if (row.code != descr.substr(1)) continue;
        array.type = row.type;
        array.big_endian = descr[0] == '>';
        return;
      }
    }
    user_error(name_ + ": NumPy type '" + std::string(descr) +
               "' is not supported; use uint8 or float32 for images, integers for labels");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int seen_ = 0;
  const std::string& name_;
};

}  // namespace

Array parse_npy(Bytes file, const std::string& name) {
  if (file.empty()) user_error(name + ": is empty; a .npy file was expected");
  if (file.size() < 10 || std::memcmp(file.data(), "\x93NUMPY", 6) != 0)
    user_error(name + ": is not a .npy file (its first bytes must be \\x93NUMPY)");
  const int version = file[6];
  if (version < 1 || version > 3)
    user_error(name + ": .npy version " + std::to_string(version) + "; 1 to 3 are known");
  const std::size_t prefix = version == 1 ? 10 : 12;
  if (file.size() < prefix) user_error(name + ": is truncated within its .npy header");
  std::size_t header = file[8] | std::size_t{file[9]} << 8;
  if (version > 1) header |= std::size_t{file[10]} << 16 | std::size_t{file[11]} << 24;
  if (header > kMaxHeaderBytes || header > file.size() - prefix)
    user_error(name + ": is truncated within its .npy header or the header's length is wrong");
  Array array;
  array.offset = prefix + header;
  HeaderReader(std::string_view(reinterpret_cast<const char*>(file.data()) + prefix, header), name)
      .read(array);
  check_array_size(array.shape, element_size(array.type), file.size() - array.offset, name);
  array.file = std::move(file);
  return array;
}

}  // namespace sagebrush::vision
