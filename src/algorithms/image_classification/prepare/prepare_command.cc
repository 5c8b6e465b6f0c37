#include "algorithms/image_classification/prepare/prepare_command.h"

#include <charconv>
#include <cstdio>

#include "algorithms/image_classification/command_options.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/prepare.h"
#include "algorithms/image_classification/processors.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

// As a processing step the data lie here.
constexpr const char* kInput = "/opt/ml/processing/input";
constexpr const char* kOutput = "/opt/ml/processing/output";

template <typename T>
T number_of(const std::string& text, const char* option, T low, T high) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !(value >= low) || !(value <= high))
    user_error(std::string(option) + ": '" + text.substr(0, 100) + "' is not a number from " +
               std::to_string(low) + " to " + std::to_string(high));
  return value;
}

// "32" or "HEIGHTxWIDTH".
void read_size(const std::string& text, SourceOptions& options) {
  if (text.empty()) return;
  const std::size_t x = text.find('x');
  options.height = number_of<std::size_t>(text.substr(0, x), "--size", 4, 4096);
  options.width = x == std::string::npos
                      ? options.height
                      : number_of<std::size_t>(text.substr(x + 1), "--size", 4, 4096);
}

}  // namespace

const char* const kPreprocessHelp =
    "  sagebrush-vision preprocess [--input DIR] [--output DIR] [--format "
    "auto|cifar10|mnist|imagefolder]\n"
    "        [--validation N] [--test N] [--seed N] [--size N|HxW] [--channels 3|1] "
    "[--shard-images N]\n"
    "        splits and packs images: CIFAR's binary or Python files, MNIST's IDX files, or class\n"
    "        folders of JPEG and PNG. N of --validation and --test: images, or a share below 1.\n"
    "        --size and --channels: as the images are, unless said; decoded ones have 3 channels\n";

int run_preprocess(const std::vector<std::string>& words) {
  std::string input = kInput;
  std::string output = kOutput;
  std::string validation;
  std::string test;
  std::string seed = "0";
  std::string size;
  std::string channels;
  std::string shard = "10000";
  PrepareOptions options;
  const std::string wrong = parse_options(words, {{"--input", &input},
                                                  {"--output", &output},
                                                  {"--format", &options.format},
                                                  {"--validation", &validation},
                                                  {"--test", &test},
                                                  {"--seed", &seed},
                                                  {"--size", &size},
                                                  {"--channels", &channels},
                                                  {"--shard-images", &shard}});
  if (!wrong.empty()) {
    std::fprintf(stderr, "sagebrush-vision: %s; see sagebrush-vision --help\n", wrong.c_str());
    return 2;
  }
  if (options.format != "auto" && options.format != "cifar10" && options.format != "mnist" &&
      options.format != "imagefolder")
    user_error("--format: '" + options.format + "' is not auto, cifar10, mnist or imagefolder");
  options.input = input;
  options.output = output;
  if (!validation.empty())
    options.validation = number_of<double>(validation, "--validation", 0, 1e9);
  if (!test.empty()) options.test = number_of<double>(test, "--test", 0, 1e9);
  options.seed = number_of<std::uint64_t>(seed, "--seed", 0, std::uint64_t{1} << 53);
  options.shard_images = number_of<std::size_t>(shard, "--shard-images", 1, 10000000);
  if (!channels.empty())
    options.images.channels = number_of<std::size_t>(channels, "--channels", 1, 3);
  if (options.images.channels == 2) user_error("--channels: 3 (colour) or 1 (grey)");
  read_size(size, options.images);
  options.images.say = [](const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  };
  WorkerPool pool(usable_processors());
  prepare(options, pool);
  return 0;
}

}  // namespace sagebrush::vision
