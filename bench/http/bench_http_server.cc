// The HTTP layer with trivial handlers, to be measured beside nginx: see compare_with_nginx.sh.
//   bench_http_server PORT DIRECTORY
// /quick answers on the io thread, /worker on the pool, /file/NAME from DIRECTORY; a PUT is
// counted.
#include <fcntl.h>
#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <filesystem>

#include "base/text.h"
#include "http/server.h"

namespace {

namespace http = sagebrush::http;

class CountingReceiver : public http::Receiver {
 public:
  void write(std::span<const std::byte> piece) override { bytes_ += piece.size(); }
  http::Response finish() override {
    http::Response response;
    response.body = fmt::format("{}\n", bytes_);
    return response;
  }

 private:
  std::uint64_t bytes_ = 0;
};

class BenchHandler : public http::Handler {
 public:
  explicit BenchHandler(std::filesystem::path directory) : directory_(std::move(directory)) {}
  bool quick(const http::Request& request) const override { return request.path == "/quick"; }

  std::variant<http::Response, std::unique_ptr<http::Receiver>> begin(
      std::shared_ptr<const http::Request> request) override {
    if (request->method == "PUT") return std::make_unique<CountingReceiver>();
    http::Response response;
    constexpr std::string_view kFile = "/file/";
    if (request->path.starts_with(kFile)) {
      const std::filesystem::path name = request->path.substr(kFile.size());
      auto file = std::make_shared<const sagebrush::File>(
          sagebrush::File::open(directory_ / name.filename(), O_RDONLY));
      const std::uint64_t size = file->size();
      response.body = std::vector<http::FileSegment>{{std::move(file), 0, size}};
    } else {
      response.body = std::string("hello\n");
    }
    return response;
  }

 private:
  std::filesystem::path directory_;
};

int run(int count, char** words) {
  const auto port = count == 3 ? sagebrush::parse_unsigned(words[1]) : std::nullopt;
  if (!port || *port > 65535) {
    fmt::print(stderr, "usage: bench_http_server PORT DIRECTORY\n");
    return 2;
  }
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // before the threads: they inherit it

  BenchHandler handler(words[2]);
  http::ServerOptions options;
  options.port = static_cast<std::uint16_t>(*port);
  http::Server server(options, handler);
  server.start();
  fmt::print("{}\n", server.port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  server.stop(std::chrono::seconds(1));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_http_server: {}\n", error.what());
    return 1;
  }
}
