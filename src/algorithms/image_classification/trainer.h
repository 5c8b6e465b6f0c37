#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "algorithms/image_classification/batch.h"
#include "algorithms/image_classification/hyperparameters.h"
#include "algorithms/image_classification/named_tensor.h"
#include "algorithms/image_classification/network_spec.h"

namespace sagebrush::vision {

class Network;
class WorkerPool;

// Share of `set` that the network labels right. Throws Error{kUser} when the images' size is not
// the network's.
double measure_accuracy(Network& network, const ImageSet& set, const Normalization& normalization,
                        WorkerPool& pool);

struct StepResult {
  double loss = 0;  // mean over the batch
  std::int64_t correct = 0;
};

// A network, its optimizer and its batch buffers. A step is a function of the weights, the
// optimizer's state and (seed, epoch, step) alone. Blocking; one thread at a time.
class Trainer {
 public:
  Trainer(const Hyperparameters& values, NetworkSpec spec, const ImageSet& train,
          Normalization normalization, WorkerPool& pool);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  std::int64_t batch_size() const { return batch_size_; }
  std::int64_t steps_per_epoch() const {
    return steps_per_epoch_;
  }  // a last, smaller batch is left out

  // Draws the order of `epoch` (from 0); before the epoch's first step, and after a resume within
  // it.
  void begin_epoch(std::int64_t epoch);
  StepResult step(std::int64_t step_in_epoch);

  double accuracy(const ImageSet& set);

  // What evaluation needs; and with the optimizer's velocity what training needs.
  std::vector<NamedTensor> weights() const;
  std::vector<NamedTensor> state() const;
  void load_state(const Safetensors& file);

 private:
  struct Shard;

  void run_shard(Shard& shard);
  void join_statistics();
  void apply_gradients(double rate);

  const Hyperparameters& values_;
  const ImageSet& train_;
  Normalization normalization_;
  std::shared_ptr<Network> network_;
  std::int64_t batch_size_;
  std::int64_t steps_per_epoch_;
  std::int64_t epoch_ = 0;
  std::vector<std::uint32_t> order_;
  std::vector<float> velocity_;
  std::vector<Shift> shifts_;
  std::vector<std::unique_ptr<Shard>> shards_;  // the first works on network_ itself
  WorkerPool& pool_;
};

}  // namespace sagebrush::vision
