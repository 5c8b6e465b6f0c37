#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/image_classification/history.h"
#include "algorithms/image_classification/named_tensor.h"
#include "algorithms/image_classification/safetensors.h"

namespace sagebrush::vision {

// Where a run stands, beside its tensors. The generators are functions of (seed, epoch, step), so
// these are their state.
struct Progress {
  std::int64_t epoch = 0;          // epochs done
  std::int64_t step_in_epoch = 0;  // steps done of the next one
  double loss_sum = 0;             // over those steps
  std::int64_t correct = 0;
  double seconds = 0;  // of training, all runs together
  std::vector<EpochMetrics> history;
};

struct Checkpoint {
  Progress progress;
  // What must be equal for a resumed run to be the same run: hyperparameters and the data's size,
  // by name.
  std::map<std::string, std::string> identity;
};

struct LoadedCheckpoint {
  Checkpoint checkpoint;
  Safetensors tensors;
  std::string name;
  Bytes state;  // the JSON file that `checkpoint` was read from
};

// The two files' content. Throws Error{kUser} naming `name` when they are damaged or do not belong
// together.
LoadedCheckpoint parse_checkpoint(const std::string& name, Bytes state, Bytes tensors);

// The checkpoints of a folder: checkpoint-<step>.safetensors, then checkpoint-<step>.json, which
// names the first with its size and CRC-32. Each is written under a temporary name and renamed, so
// a JSON file whose tensors agree with it is a whole checkpoint whenever the process or the upload
// was cut off. The newest two are kept.
class CheckpointStore {
 public:
  explicit CheckpointStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // step: over all epochs. Throws Error{kSystem}.
  void save(std::int64_t step, const Checkpoint& checkpoint,
            const std::vector<NamedTensor>& tensors) const;

  // The newest whole checkpoint. `skipped` is told of each damaged one that is passed over.
  std::optional<LoadedCheckpoint> load(
      const std::function<void(const std::string&)>& skipped) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace sagebrush::vision
