// Unpacks one layer as an agent does and says how long that took.
//   bench_unpack_layer BLOB DIGEST DIFF_ID FOLDER
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "container/layer_unpacker.h"

int main(int argc, char** argv) {
  using namespace sagebrush;
  if (argc != 5) {
    std::fputs("usage: bench_unpack_layer BLOB DIGEST DIFF_ID FOLDER\n", stderr);
    return 2;
  }
  try {
    std::filesystem::create_directories(argv[4]);
    const auto start = std::chrono::steady_clock::now();
    const auto layer = container::unpack_layer(
        {argv[2], "", std::filesystem::file_size(argv[1]), argv[1], argv[3]}, argv[4], {},
        ::geteuid() == 0, [] {});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::printf("%.4f %lu %lu\n", taken.count(), layer.bytes, layer.entries);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
