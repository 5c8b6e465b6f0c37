#include "algorithms/image_classification/network_spec.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "algorithms/image_classification/architectures.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/model_files.h"
#include "algorithms/image_classification/scratch_folder.h"

namespace sagebrush::vision {
namespace {

TEST(NetworkSpec, DefaultFitsImagesOfManySizes) {
  for (const auto& [channels, height, width] :
       {std::tuple{1, 4, 4}, {1, 8, 8}, {1, 28, 28}, {3, 32, 32}, {3, 17, 50}, {3, 224, 224}}) {
    const NetworkSpec spec = make_network(Architecture::kCnn, channels, height, width, 10, 1.0);
    EXPECT_NO_THROW(check(spec));
    EXPECT_EQ(to_json(network_from_json(to_json(spec))), to_json(spec));
  }
}

TEST(NetworkSpec, EveryArchitectureReadsBack) {
  for (const Architecture architecture : {Architecture::kResnet18, Architecture::kAirbench94,
                                          Architecture::kAirbench95, Architecture::kAirbench96}) {
    for (const std::int64_t side : {32, 48, 96}) {
      const NetworkSpec spec = make_network(architecture, 3, side, side, 7, 1.0);
      EXPECT_EQ(to_json(network_from_json(to_json(spec))), to_json(spec));
    }
    EXPECT_THROW(make_network(architecture, 3, 4, 4, 7, 1.0), Error);
  }
}

TEST(NetworkSpec, ForgedConfigurationsAreErrors) {
  const boost::json::value good = to_json(make_network(Architecture::kCnn, 1, 28, 28, 10, 1.0));
  const auto with = [&good](const char* pointer, boost::json::value value) {
    boost::json::value changed = good;
    changed.at_pointer(pointer) = std::move(value);
    return changed;
  };
  EXPECT_THROW(network_from_json(1), Error);
  EXPECT_THROW(network_from_json(with("/height", 0)), Error);
  EXPECT_THROW(network_from_json(with("/height", 29000)), Error);
  EXPECT_THROW(network_from_json(with("/num_classes", 11)), Error);
  EXPECT_THROW(network_from_json(with("/layers", 3)), Error);
  EXPECT_THROW(network_from_json(with("/layers", boost::json::array{})), Error);
  EXPECT_THROW(network_from_json(with("/layers/0/type", "sorcery")), Error);
  EXPECT_THROW(network_from_json(with("/layers/0/stride", 0)), Error);
  EXPECT_THROW(network_from_json(with("/layers/0/out_channels", 17)), Error);
  EXPECT_THROW(network_from_json(with("/layers/0/kernel_size", 64)), Error);
  EXPECT_THROW(network_from_json(with("/layers/9/type", "relu")), Error);
  EXPECT_THROW(network_from_json(with("/layers/9/type", "residual")), Error);
  EXPECT_THROW(network_from_json(with("/layers/10/in_features", 1 << 20)), Error);
}

TEST(ModelFiles, ConfigurationReadsBack) {
  const ScratchFolder scratch;
  ModelConfig config{make_network(Architecture::kCnn, 3, 32, 32, 5, 1.0), {{1, 2, 3}, {4, 5, 6}}};
  save_model(scratch.path() / "model", config, parse_hyperparameters({}), {}, {});
  const ModelConfig loaded = load_model_config(scratch.path() / "model");
  EXPECT_EQ(to_json(loaded.network), to_json(config.network));
  EXPECT_EQ(loaded.normalization.mean, config.normalization.mean);
  EXPECT_EQ(loaded.normalization.deviation, config.normalization.deviation);
  EXPECT_TRUE(load_model_weights(scratch.path() / "model").tensors().empty());
  EXPECT_THROW(load_model_config(scratch.path()), Error);
}

}  // namespace
}  // namespace sagebrush::vision
