#include <algorithm>

#include "algorithms/image_classification/prepare/image.h"
#include "algorithms/image_classification/prepare/source.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

struct Form {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;

  std::size_t size() const { return height * width * channels; }
};

void bring_set(LabelledImages& set, const Form& from, const Form& to, WorkerPool& pool) {
  std::vector<std::uint8_t> pixels(set.count() * to.size());
  constexpr std::size_t kRun = 100;
  pool.run(static_cast<int>((set.count() + kRun - 1) / kRun), [&](int run) {
    const std::size_t first = static_cast<std::size_t>(run) * kRun;
    for (std::size_t i = first; i < std::min(first + kRun, set.count()); ++i) {
      const std::uint8_t* const start = set.pixels.data() + i * from.size();
      Image image{from.height, from.width, from.channels, {start, start + from.size()}};
      image = with_channels(std::move(image), to.channels);
      image = resize_to_cover(image, to.height, to.width);
      std::copy(image.pixels.begin(), image.pixels.end(), pixels.data() + i * to.size());
    }
  });
  set.pixels = std::move(pixels);
}

}  // namespace

void bring_to_form(Source& source, const SourceOptions& options, WorkerPool& pool) {
  const Form from{source.height, source.width, source.channels};
  const Form to{options.height == 0 ? from.height : options.height,
                options.height == 0 ? from.width : options.width,
                options.channels == 0 ? from.channels : options.channels};
  if (from.height == to.height && from.width == to.width && from.channels == to.channels) return;
  bring_set(source.train, from, to, pool);
  if (source.validation) bring_set(*source.validation, from, to, pool);
  if (source.test) bring_set(*source.test, from, to, pool);
  source.height = to.height;
  source.width = to.width;
  source.channels = to.channels;
}

}  // namespace sagebrush::vision
