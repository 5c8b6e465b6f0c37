#include "cli/public_archive.h"

#include <fcntl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/child_process.h"
#include "cli/progress_bar.h"
#include "http/client.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTimeout{30000};

[[noreturn]] void refuse(const PublicArchive& archive, const std::string& why) {
  throw Error(ErrorKind::kInvalid,
              fmt::format("{}{} is not {}: {}", archive.server, archive.path, archive.name, why));
}

void download(const PublicArchive& archive, const fs::path& to, Terminal& terminal,
              const Interrupt& interrupt) {
  const File file = File::open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  Hasher md5(HashKind::kMd5);
  std::uint64_t bytes = 0;
  const auto start = steady_clock::now();
  http::Client client(http::parse_endpoint(archive.server));
  http::ClientRequest request;
  request.target = archive.path;
  request.timeout = kTimeout;
  const auto response = client.send(request, [&](std::span<const std::byte> piece) {
    interrupt.throw_if_seen();
    bytes += piece.size();
    if (bytes > archive.bytes) {
      refuse(archive, fmt::format("it is longer than {} bytes", archive.bytes));
    }
    file.write_all(piece);
    md5.update(piece);
    const auto elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    terminal.status(
        progress_bar(archive.name, bytes, archive.bytes, elapsed, terminal.err_look().width));
  });
  terminal.clear_status();
  if (response.status != 200) {
    throw Error(ErrorKind::kUnavailable, fmt::format("{} answered HTTP {} for {}", archive.server,
                                                     response.status, archive.path));
  }
  const std::string found = to_hex(md5.finish());
  if (found != archive.md5) {
    refuse(archive, fmt::format("{} bytes with MD5 {} instead of {} with {}", bytes, found,
                                archive.bytes, archive.md5));
  }
}

}  // namespace

PublicArchive cifar10_archive() {
  return {.name = "CIFAR-10",
          .server = "https://www.cs.toronto.edu",
          .path = "/~kriz/cifar-10-binary.tar.gz",
          .bytes = 170052171,
          .md5 = "c32a1d4ab5d03f1284b67883e8d87530",
          .folder = "cifar-10-batches-bin"};
}

fs::path fetch_archive(const PublicArchive& archive, const fs::path& cache, Terminal& terminal,
                       const Interrupt& interrupt) {
  const fs::path folder = cache / archive.folder;
  if (fs::exists(folder)) return folder;
  fs::create_directories(cache);
  const TemporaryDirectory scratch(cache);
  const fs::path packed = scratch.path() / "archive.tar.gz";
  terminal.message(
      fmt::format("fetching {} from {} into {}", archive.name, archive.server, cache.string()));
  download(archive, packed, terminal, interrupt);
  ProgramCall tar;
  tar.arguments = {"tar", "-xzf", packed, "--no-same-owner", "-C", scratch.path()};
  if (ChildProcess(tar).wait() != 0) refuse(archive, "tar can't unpack it");
  fs::rename(scratch.path() / archive.folder, folder);
  return folder;
}

}  // namespace sagebrush::cli
