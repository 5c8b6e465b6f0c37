#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "algorithms/image_classification/file.h"

namespace sagebrush::vision {

// A value of a pickle. Only plain data and NumPy arrays of bytes or integers exist here: there is
// nothing that could be called.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,
    kInteger,
    kReal,
    kText,
    kList,
    kTuple,
    kDict,
    kName,
    kType,
    kArray
  };

  Kind kind = Kind::kNone;
  std::int64_t integer = 0;  // of kBool and kInteger
  double real = 0;
  std::string_view
      text;  // of kText (both str and bytes) and kName ("module name"); an array's bytes
  std::vector<PickleValue*> items;  // of kList and kTuple; of kDict: key, value, key, value, …
  // Of kArray and kType:
  std::string_view type;  // "u1", "i8"
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::size_t> shape;

  // The value of a text key of a dict, or nullptr.
  const PickleValue* find(std::string_view key) const;
};

// A parsed pickle, protocols 1 to 5. The values live as long as it does.
class Pickle {
 public:
  // Throws Error{kUser} naming `name`: damaged, or holding anything other than plain data and NumPy
  // arrays. Objects of other classes, and functions, are refused by name and never looked up.
  Pickle(Bytes file, const std::string& name);
  ~Pickle();
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  const PickleValue& root() const { return *root_; }

 private:
  Bytes file_;
  std::vector<std::unique_ptr<PickleValue>> values_;
  std::vector<std::unique_ptr<std::string>>
      texts_;  // those that do not lie in the file as they are
  const PickleValue* root_ = nullptr;
};

}  // namespace sagebrush::vision
