#include "algorithms/image_classification/shared_checkpoint.h"

#include "algorithms/image_classification/communicator.h"

namespace sagebrush::vision {

std::optional<LoadedCheckpoint> share_checkpoint(std::optional<LoadedCheckpoint> own,
                                                 Communicator& others) {
  const bool leads = others.rank() == 0;
  Bytes name;
  Bytes state;
  Bytes tensors;
  if (leads && own) {
    name.assign(own->name.begin(), own->name.end());
    state = own->state;
    tensors = own->tensors.file();
  }
  std::vector<double> sizes = {static_cast<double>(name.size()), static_cast<double>(state.size()),
                               static_cast<double>(tensors.size())};
  others.sum(sizes);  // all but the first add nothing
  if (sizes[1] == 0) return std::nullopt;
  std::size_t number = 0;
  for (Bytes* part : {&name, &state, &tensors}) {
    part->resize(static_cast<std::size_t>(sizes[number++]));
    others.broadcast(part->data(), part->size());
  }
  if (leads) return own;
  return parse_checkpoint(std::string(name.begin(), name.end()), std::move(state),
                          std::move(tensors));
}

}  // namespace sagebrush::vision
