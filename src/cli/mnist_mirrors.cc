#include "cli/mnist_mirrors.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "base/error.h"
#include "cli/demo_data.h"
#include "cli/progress_bar.h"
#include "http/client.h"

namespace sagebrush::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Mirror {
  const char* url;
  const char* folder;
};
constexpr std::array<Mirror, 2> kMirrors{{
    {"https://ossci-datasets.s3.amazonaws.com", "/mnist/"},
    {"https://storage.googleapis.com", "/cvdf-datasets/mnist/"},
}};
constexpr milliseconds kTimeout{10000};
constexpr std::uint64_t kLongestBody = 16 << 20;  // the largest archive is 9.9 MB

std::string fetch(http::Client& client, const Mirror& mirror, const MnistFile& file,
                  Terminal& terminal, const Interrupt& interrupt) {
  http::ClientRequest request;
  request.target = std::string(mirror.folder) + file.archive;
  request.timeout = kTimeout;
  std::string body;
  const auto start = steady_clock::now();
  const auto response = client.send(request, [&](std::span<const std::byte> piece) {
    interrupt.throw_if_seen();
    body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    if (body.size() > kLongestBody) throw Error(ErrorKind::kInvalid, "the answer has no end");
    const auto elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    terminal.status(fmt::format("{}  {:.1f} MB  {:.0f} s", file.archive,
                                static_cast<double>(body.size()) / 1e6,
                                static_cast<double>(elapsed.count()) / 1000));
  });
  if (response.status != 200) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("HTTP {} for {}", response.status, file.archive));
  }
  return body;
}

}  // namespace

void download_mnist(const std::filesystem::path& folder, Terminal& terminal,
                    const Interrupt& interrupt) {
  std::string tried;
  for (const Mirror& mirror : kMirrors) {
    try {
      http::Client client(http::parse_endpoint(mirror.url));
      for (const MnistFile& file : mnist_files()) {
        if (has_mnist_file(folder, file)) continue;
        terminal.message(fmt::format("  fetching {} from {}", file.archive, mirror.url));
        store_mnist_file(folder, file, fetch(client, mirror, file, terminal, interrupt));
      }
      return;
    } catch (const Error& error) {
      tried += fmt::format("\n  {}: {}", mirror.url, error.what());
    }
  }
  throw Error(ErrorKind::kUnavailable, "no mirror gave MNIST:" + tried);
}

}  // namespace sagebrush::cli
