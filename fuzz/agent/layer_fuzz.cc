// A layer's tar archive into a folder: nothing may appear beside it, whatever the archive says.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "container/layer_unpacker.h"

using namespace sagebrush;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fs = std::filesystem;
  static const TemporaryDirectory outer("/dev/shm");
  const fs::path inner = outer.path() / "inner";
  const fs::path blob = outer.path() / "blob";
  fs::create_directories(inner / "root");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::ofstream(blob, std::ios::binary) << bytes;
  // A plain archive is its own content; of compressed data only the checks at the end will fail.
  const std::string digest = "sha256:" + sha256_hex(bytes);
  container::LayerLimits limits;
  limits.bytes = 1 << 20;
  limits.entries = 1000;
  try {
    container::unpack_layer({digest, "", size, blob, digest}, inner / "root", limits,
                            ::geteuid() == 0, [] {});
  } catch (const Error&) {
  }
  for (const auto& folder : {outer.path(), inner}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      if (name != "inner" && name != "blob" && name != "root") std::abort();
    }
  }
  remove_tree(inner);
  return 0;
}
