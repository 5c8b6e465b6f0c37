#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/hyperparameters.h"

namespace sagebrush::cli {

class Interrupt;
class Terminal;

// Handwritten digits as four IDX files in folders train/ and test/.
struct DemoData {
  std::string name;    // "MNIST: 60,000 + 10,000 handwritten digits"
  std::string source;  // where they came from, in words
  std::filesystem::path folder;
  Hyperparameters hyperparameters;  // what differs from the algorithm's defaults
  double expected_accuracy;         // on the test images; less means that something is broken
};

// Finds digits, unpacked and checked, in `cache` from an earlier call, else makes them there: from
// the folder that SAGEBRUSH_DATA_DIR names (it must then be there), else ../shared/data beside the
// checkout, else a public mirror, else the small set inside Debian's python3-sklearn. Throws
// Error{kNotFound} that lists what was tried.
DemoData find_demo_data(const std::filesystem::path& cache, const Environment& environment,
                        Terminal& terminal, const Interrupt& interrupt);

// MNIST itself, from the same places but Debian's. Throws Error{kUnavailable} when no mirror gives
// it.
DemoData find_mnist(const std::filesystem::path& cache, const Environment& environment,
                    Terminal& terminal, const Interrupt& interrupt);

// One of MNIST's four files.
struct MnistFile {
  const char* path;          // "train/train-images-idx3-ubyte"
  const char* archive;       // "train-images-idx3-ubyte.gz", its name in mirrors
  const char* md5;           // of the unpacked file
  std::uint64_t size_bytes;  // unpacked
};
const std::vector<MnistFile>& mnist_files();

// Puts `bytes` (gzip or plain) at folder/file.path when they are that file. Throws Error{kInvalid}
// when they are not.
void store_mnist_file(const std::filesystem::path& folder, const MnistFile& file,
                      std::string bytes);
bool has_mnist_file(const std::filesystem::path& folder, const MnistFile& file);

}  // namespace sagebrush::cli
