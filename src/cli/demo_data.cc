#include "cli/demo_data.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/debian_digits.h"
#include "cli/gunzip.h"
#include "cli/interrupt.h"
#include "cli/mnist_mirrors.h"
#include "cli/terminal.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestFile = 64 << 20;

bool has_all(const fs::path& folder) {
  return std::ranges::all_of(mnist_files(),
                             [&](const MnistFile& file) { return has_mnist_file(folder, file); });
}

// A folder with the four files, packed or not, flat or in mnist/.
std::optional<fs::path> folder_with_archives(const fs::path& folder) {
  for (const fs::path& candidate : {folder, folder / "mnist"}) {
    if (std::ranges::all_of(mnist_files(), [&](const MnistFile& file) {
          return fs::exists(candidate / file.archive) ||
                 fs::exists(candidate / fs::path(file.path).filename());
        })) {
      return candidate;
    }
  }
  return std::nullopt;
}

void take_archives(const fs::path& from, const fs::path& to) {
  for (const MnistFile& file : mnist_files()) {
    const fs::path packed = from / file.archive;
    const fs::path plain = from / fs::path(file.path).filename();
    store_mnist_file(to, file, read_file(fs::exists(packed) ? packed : plain));
  }
}

DemoData mnist_in(const fs::path& folder, const std::string& source) {
  return {.name = "MNIST, 60,000 + 10,000 handwritten digits",
          .source = source,
          .folder = folder,
          .hyperparameters = {},
          .expected_accuracy = 0.98};
}

// The folder "shared/data" beside the checkout that this program was built in, or beside the
// working directory.
std::vector<fs::path> usual_folders() {
  std::error_code code;
  std::vector<fs::path> folders{fs::current_path() / "../shared/data"};
  for (fs::path at = fs::read_symlink("/proc/self/exe", code); at.has_relative_path();
       at = at.parent_path()) {
    if (at.filename() == "build") folders.push_back(at.parent_path() / "../shared/data");
  }
  return folders;
}

DemoData downloaded_mnist(const fs::path& cache, Terminal& terminal, const Interrupt& interrupt) {
  download_mnist(cache, terminal, interrupt);
  return mnist_in(cache, "downloaded, MD5 checked");
}

std::optional<DemoData> local_mnist(const fs::path& cache, const Environment& environment) {
  if (has_all(cache)) return mnist_in(cache, "an earlier run, kept in " + cache.string());
  if (auto named = environment("SAGEBRUSH_DATA_DIR")) {
    const auto folder = folder_with_archives(*named);
    if (!folder) {
      throw Error(ErrorKind::kNotFound, fmt::format("SAGEBRUSH_DATA_DIR={}: MNIST's four files "
                                                    "(train-images-idx3-ubyte.gz, …) are not there",
                                                    *named));
    }
    take_archives(*folder, cache);
    return mnist_in(cache, folder->string());
  }
  for (const fs::path& usual : usual_folders()) {
    if (const auto folder = folder_with_archives(usual)) {
      take_archives(*folder, cache);
      return mnist_in(cache, fs::weakly_canonical(*folder).string());
    }
  }
  return std::nullopt;
}

}  // namespace

const std::vector<MnistFile>& mnist_files() {
  static const std::vector<MnistFile> kFiles{
      {"train/train-images-idx3-ubyte", "train-images-idx3-ubyte.gz",
       "6bbc9ace898e44ae57da46a324031adb", 47040016},
      {"train/train-labels-idx1-ubyte", "train-labels-idx1-ubyte.gz",
       "a25bea736e30d166cdddb491f175f624", 60008},
      {"test/t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz",
       "2646ac647ad5339dbf082846283269ea", 7840016},
      {"test/t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte.gz",
       "27ae3e4e09519cfbb04c329615203637", 10008}};
  return kFiles;
}

bool has_mnist_file(const fs::path& folder, const MnistFile& file) {
  std::error_code code;
  return fs::file_size(folder / file.path, code) == file.size_bytes && !code;
}

void store_mnist_file(const fs::path& folder, const MnistFile& file, std::string bytes) {
  if (is_gzip(bytes)) bytes = gunzip(bytes, kLargestFile);
  const std::string md5 = to_hex(hash(HashKind::kMd5, bytes));
  if (md5 != file.md5) {
    throw Error(ErrorKind::kInvalid, fmt::format("{} is not MNIST's: MD5 {} instead of {}",
                                                 file.archive, md5, file.md5));
  }
  fs::create_directories((folder / file.path).parent_path());
  write_file_atomically(folder / file.path, bytes);
}

DemoData find_demo_data(const fs::path& cache, const Environment& environment, Terminal& terminal,
                        const Interrupt& interrupt) {
  const fs::path mnist = cache / "mnist";
  if (auto data = local_mnist(mnist, environment)) return *data;
  std::string tried;
  try {
    return downloaded_mnist(mnist, terminal, interrupt);
  } catch (const Error& error) {
    tried = error.what();
    terminal.message(error.what());
  }
  try {
    return debian_digits(cache / "digits", terminal);
  } catch (const Error& error) {
    throw Error(
        ErrorKind::kNotFound,
        fmt::format("found no digits to learn. Put MNIST's four files into a folder and name it in "
                    "SAGEBRUSH_DATA_DIR. Tried:\n{}\nDebian's python3-sklearn: {}",
                    tried, error.what()));
  }
}

DemoData find_mnist(const fs::path& cache, const Environment& environment, Terminal& terminal,
                    const Interrupt& interrupt) {
  const fs::path mnist = cache / "mnist";
  if (auto data = local_mnist(mnist, environment)) return *data;
  return downloaded_mnist(mnist, terminal, interrupt);
}

}  // namespace sagebrush::cli
