#include "cli/debian_digits.h"

#include <fmt/format.h>

#include <initializer_list>

#include "base/error.h"
#include "base/file.h"
#include "cli/child_process.h"
#include "cli/digits_idx.h"
#include "cli/gunzip.h"
#include "cli/terminal.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInPackage =
    "usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";
constexpr std::size_t kTrainingDigits = 1500;  // of 1,797; the rest is for the test
constexpr std::uint64_t kLargestCsv = 16 << 20;

void run_in(const fs::path& folder, std::initializer_list<std::string> command) {
  const fs::path output = folder / "output";
  ChildProcess child({.arguments = command, .working_directory = folder, .output_file = output});
  if (child.wait() != 0) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("{} failed: {}", *command.begin(), read_file(output)));
  }
}

std::string packed_csv(Terminal& terminal) {
  const fs::path installed = fs::path("/") / kInPackage;
  if (fs::exists(installed)) return read_file(installed);
  terminal.message(
      "  fetching Debian's python3-sklearn for its handwritten digits (not installed)");
  const TemporaryDirectory folder;
  run_in(folder.path(), {"apt-get", "download", "-q", "python3-sklearn"});
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    if (entry.path().extension() != ".deb") continue;
    run_in(folder.path(), {"dpkg", "-x", entry.path().string(), "unpacked"});
    return read_file(folder.path() / "unpacked" / kInPackage);
  }
  throw Error(ErrorKind::kNotFound, "apt-get download left no package");
}

}  // namespace

DemoData debian_digits(const fs::path& folder, Terminal& terminal) {
  const Digits digits = digits_from_csv(gunzip(packed_csv(terminal), kLargestCsv));
  const std::size_t count = digits.labels.size();
  if (count <= kTrainingDigits) {
    throw Error(ErrorKind::kInvalid, fmt::format("{} digits are too few", count));
  }
  fs::create_directories(folder / "train");
  fs::create_directories(folder / "test");
  write_file_atomically(folder / "train/train-images-idx3-ubyte",
                        idx_images(digits, 0, kTrainingDigits));
  write_file_atomically(folder / "train/train-labels-idx1-ubyte",
                        idx_labels(digits, 0, kTrainingDigits));
  write_file_atomically(folder / "test/t10k-images-idx3-ubyte",
                        idx_images(digits, kTrainingDigits, count));
  write_file_atomically(folder / "test/t10k-labels-idx1-ubyte",
                        idx_labels(digits, kTrainingDigits, count));
  return {.name = fmt::format("scikit-learn's digits, {} + {} handwritten digits", kTrainingDigits,
                              count - kTrainingDigits),
          .source = "Debian's python3-sklearn, drawn at 28 x 28",
          .folder = folder,
          .hyperparameters = {{"batch_size", "64"}, {"epochs", "20"}},
          .expected_accuracy = 0.93};  // the test digits are other writers'
}

}  // namespace sagebrush::cli
