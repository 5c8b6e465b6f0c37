#include "algorithms/image_classification/prepare/pickle.h"

#include <cstring>
#include <map>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/pickle_reader.h"

namespace sagebrush::vision {

const PickleValue* PickleValue::find(std::string_view key) const {
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->kind == Kind::kText && items[i]->text == key) return items[i + 1];
  }
  return nullptr;
}

Pickle::Pickle(Bytes file, const std::string& name) : file_(std::move(file)) {
  root_ = PickleReader(file_, name, values_, texts_).read();
}

Pickle::~Pickle() = default;

}  // namespace sagebrush::vision
