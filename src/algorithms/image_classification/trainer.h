#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "algorithms/image_classification/augmentation.h"
#include "algorithms/image_classification/batch.h"
#include "algorithms/image_classification/evaluation.h"
#include "algorithms/image_classification/hyperparameters.h"
#include "algorithms/image_classification/named_tensor.h"
#include "algorithms/image_classification/network_spec.h"
#include "algorithms/image_classification/optimizer.h"
#include "algorithms/image_classification/thread_sum.h"
#include "algorithms/image_classification/weight_averages.h"

namespace sagebrush::vision {

class Communicator;
class GradientSum;
class Network;
class WorkerPool;

// What a process would do after a step. All of them learn of it by the result, and do it together.
struct Wishes {
  bool stop = false;
  bool checkpoint = false;
};

struct StepResult {
  double loss = 0;  // mean over the batch, of all processes
  std::int64_t correct = 0;
  double rate_factor = 0;
  Wishes wishes;  // of any process
};

// A network, its optimizer and its batch buffers. A step is a function of the weights, the
// optimizer's state and (seed, epoch, step) alone. Blocking; one thread at a time.
//
// A batch is cut into shards that run at once. With ghost batches each shard has normalisation
// statistics of its own and the shards are the same whatever runs them; else there is a shard a
// thread, and the statistics are added up over them (and with sync_batch_norm over all processes).
class Trainer {
 public:
  // others: the processes that train with this one; nullptr: alone.
  Trainer(const Hyperparameters& values, NetworkSpec spec, const ImageSet& train,
          Normalization normalization, WorkerPool& pool, Communicator* others = nullptr);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  std::int64_t batch_size() const { return batch_size_; }
  // A last, smaller batch is left out.
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t total_steps() const { return total_steps_; }

  // Draws the order of `epoch` (from 0); before the epoch's first step, and after a resume within
  // it.
  void begin_epoch(std::int64_t epoch);
  StepResult step(std::int64_t step_in_epoch, Wishes wishes = {});

  // Of the weights that are saved: the EMA where there is one.
  Evaluation evaluate(const ImageSet& set, TestViews views);

  // Keeps the present weights as the best; use_best() goes back to them.
  void keep_best();
  bool has_best() const { return !best_.empty(); }
  void use_best();

  // What evaluation needs; and what training needs to go on.
  std::vector<NamedTensor> weights();
  std::vector<NamedTensor> state() const;
  void load_state(const Safetensors& file);
  // Weights and statistics alone, to start from. Throws Error{kUser} when they do not fit.
  void load_weights(const Safetensors& file);

  Network& network() { return *network_; }

 private:
  struct Shard;

  void make_shards();
  void whiten();
  void run_shard(std::size_t number);
  void run_shards();
  void join_shards(StepResult& result);
  void copy_statistics();

  const Hyperparameters& values_;
  const ImageSet& train_;
  Normalization normalization_;
  BatchFiller filler_;
  Augmentation augmentation_;
  Communicator* others_;
  std::shared_ptr<Network> network_;
  std::int64_t batch_size_;
  std::int64_t steps_per_epoch_;
  std::int64_t total_steps_;
  std::int64_t epoch_ = 0;
  std::vector<std::uint32_t> order_;
  Optimizer optimizer_;
  std::unique_ptr<WeightAverages> averages_;
  std::vector<float> best_;                     // parameters, then statistics
  std::vector<std::unique_ptr<Shard>> shards_;  // the first works on network_ itself
  std::unique_ptr<ThreadSum> statistics_sum_;   // where shards share statistics
  std::unique_ptr<GradientSum> gradient_sum_;
  WorkerPool& pool_;
};

}  // namespace sagebrush::vision
