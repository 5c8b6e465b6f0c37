#include "algorithms/image_classification/evaluation.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "algorithms/image_classification/communicator.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/model_files.h"
#include "algorithms/image_classification/network.h"
#include "algorithms/image_classification/one_thread.h"
#include "algorithms/image_classification/pixel_range.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kBatch = 250;

struct View {
  ImageChange change;
  float weight;
};

// airbench: half of the vote is the image's and its mirror's, half that of two crops, moved by a
// pixel to the upper left and the lower right, and of their mirrors.
std::vector<View> views_of(TestViews wanted) {
  if (wanted == TestViews::kNone) return {{{}, 1.0F}};
  std::vector<View> views;
  const std::vector<int> shifts =
      wanted == TestViews::kMirror ? std::vector<int>{0} : std::vector<int>{0, 1, -1};
  for (const int shift : shifts) {
    for (const bool mirror : {false, true}) {
      View view{{}, shifts.size() == 1 ? 0.5F : shift == 0 ? 0.25F : 0.125F};
      view.change.down = view.change.right = shift;
      view.change.reflect = true;
      view.change.mirror = mirror;
      views.push_back(view);
    }
  }
  return views;
}

void check_fit(const Network& network, const ImageSet& set) {
  const NetworkSpec& spec = network.spec();
  if (spec.channels != static_cast<std::int64_t>(set.channels) ||
      spec.height != static_cast<std::int64_t>(set.height) ||
      spec.width != static_cast<std::int64_t>(set.width))
    user_error(set.source + ": its images are " + std::to_string(set.height) + "x" +
               std::to_string(set.width) + "x" + std::to_string(set.channels) +
               ", the network was trained on " + std::to_string(spec.height) + "x" +
               std::to_string(spec.width) + "x" + std::to_string(spec.channels));
  const std::int64_t highest = *std::max_element(set.labels.begin(), set.labels.end());
  if (highest >= spec.classes)
    user_error(set.source + ": its labels go to " + std::to_string(highest) +
               ", the network knows " + std::to_string(spec.classes) + " classes");
}

void count(const at::Tensor& logits, const std::int64_t* labels, Evaluation& into) {
  const at::Tensor plain = logits.contiguous();
  const auto* row = plain.data_ptr<float>();
  const std::int64_t classes = plain.size(1);
  for (std::int64_t i = 0; i < plain.size(0); ++i, row += classes) {
    const float* const best = std::max_element(row, row + classes);
    double sum = 0;
    for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(row[c] - *best));
    into.loss += std::log(sum) - static_cast<double>(row[labels[i]] - *best);
    into.correct += best - row == labels[i] ? 1 : 0;
    if (!into.confusion.empty())
      ++into.confusion[static_cast<std::size_t>(labels[i] * classes + (best - row))];
  }
  into.count += plain.size(0);
}

void add(const Evaluation& part, Evaluation& whole) {
  whole.count += part.count;
  whole.correct += part.correct;
  whole.loss += part.loss;
  for (std::size_t i = 0; i < part.confusion.size(); ++i) whole.confusion[i] += part.confusion[i];
}

void sum_over(Communicator& others, Evaluation& evaluation) {
  std::vector<double> values = {static_cast<double>(evaluation.count),
                                static_cast<double>(evaluation.correct), evaluation.loss};
  values.insert(values.end(), evaluation.confusion.begin(), evaluation.confusion.end());
  others.sum(values);
  evaluation.count = std::llround(values[0]);
  evaluation.correct = std::llround(values[1]);
  evaluation.loss = values[2];
  for (std::size_t i = 0; i < evaluation.confusion.size(); ++i)
    evaluation.confusion[i] = std::llround(values[3 + i]);
}

}  // namespace

Evaluation evaluate(const Network& network, const ImageSet& set, const Normalization& normalization,
                    TestViews wanted, WorkerPool& pool, Communicator* others) {
  check_fit(network, set);
  const std::size_t batches = (set.count + kBatch - 1) / kBatch;
  const std::size_t rank = others != nullptr ? static_cast<std::size_t>(others->rank()) : 0;
  const std::size_t ranks = others != nullptr ? static_cast<std::size_t>(others->size()) : 1;
  const std::size_t first = batches * rank / ranks;
  const std::size_t last = batches * (rank + 1) / ranks;
  const std::vector<View> views = views_of(wanted);
  const BatchFiller filler(set, normalization);
  Evaluation empty;
  empty.classes = network.spec().classes;
  if (empty.classes <= kMaxConfusionClasses)
    empty.confusion.resize(static_cast<std::size_t>(empty.classes * empty.classes));
  std::vector<Evaluation> parts(last - first, empty);
  pool.run(static_cast<int>(last - first), [&](int task) {
    use_one_thread();
    const std::size_t start = (first + static_cast<std::size_t>(task)) * kBatch;
    const std::size_t n = std::min(kBatch, set.count - start);
    const at::Tensor images =
        at::empty({static_cast<std::int64_t>(n), network.spec().channels, network.spec().height,
                   network.spec().width},
                  at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
    at::Tensor logits = at::zeros({static_cast<std::int64_t>(n), network.spec().classes});
    std::vector<std::int64_t> labels(n);
    std::vector<std::uint32_t> indices(n);
    std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(start));
    for (const View& view : views) {
      fill_batch(
          filler, set, indices.data(), n, [&view](std::uint32_t) { return view.change; },
          images.data_ptr<float>(), labels.data());
      logits.add_(network.infer(images), view.weight);
    }
    count(logits, labels.data(), parts[static_cast<std::size_t>(task)]);
  });
  for (const Evaluation& part : parts) add(part, empty);
  if (others != nullptr) sum_over(*others, empty);
  empty.loss /= std::max<double>(1, static_cast<double>(empty.count));
  return empty;
}

Evaluation evaluate_model(const std::filesystem::path& model, const std::filesystem::path& data,
                          WorkerPool& pool) {
  const ModelConfig config = load_model_config(model);
  Network network(config.network, 0);
  network.load(load_model_weights(model));
  ImageSet images = load_test_set(data);
  match_classes(images, config.labels, "the model's");
  bring_to(config.pixels, images);
  return evaluate(network, images, config.normalization, TestViews::kNone, pool);
}

}  // namespace sagebrush::vision
