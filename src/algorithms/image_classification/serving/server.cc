#include "algorithms/image_classification/serving/server.h"

#include <signal.h>

#include <charconv>
#include <cstdio>
#include <stdexcept>

#include "http/server.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kMaxBody = std::size_t{64} << 20;
constexpr std::size_t kUsualTop = 5;

std::string error_json(std::string_view message) {
  std::string text = R"({"error":")";
  for (const char c : message) {
    if (c == '"' || c == '\\') text += '\\';
    text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return text + "\"}";
}

http::Response response(int status, std::string body, const char* type = "application/json") {
  http::Response made;
  made.status = status;
  made.headers.add("Content-Type", type);
  made.body = std::move(body);
  return made;
}

std::size_t top_of(const http::Request& request) {
  constexpr std::string_view kKey = "top_k=";
  const std::string_view given = request.headers.get("X-Amzn-SageMaker-Custom-Attributes");
  const std::size_t at = given.find(kKey);
  if (at == std::string_view::npos) return kUsualTop;
  std::size_t top = 0;
  const auto [end, error] =
      std::from_chars(given.data() + at + kKey.size(), given.data() + given.size(), top);
  return error == std::errc() && top > 0 ? top : kUsualTop;
}

class Invocation : public http::Receiver {
 public:
  Invocation(std::shared_ptr<const http::Request> request, const Answer& answer)
      : request_(std::move(request)), answer_(answer) {}

  void write(std::span<const std::byte> piece) override {
    if (body_.size() + piece.size() > kMaxBody) {
      too_large_ = true;
      body_.clear();
    }
    if (too_large_) return;
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(piece.data());
    body_.insert(body_.end(), bytes, bytes + piece.size());
  }

  http::Response finish() override {
    if (too_large_) return response(413, error_json("the body is larger than 64 MiB"));
    try {
      return response(200, answer_(std::string(request_->headers.get("Content-Type")), body_,
                                   top_of(*request_)));
    } catch (const std::invalid_argument& error) {
      return response(400, error_json(error.what()));
    }
  }

 private:
  std::shared_ptr<const http::Request> request_;
  const Answer& answer_;
  std::vector<std::uint8_t> body_;
  bool too_large_ = false;
};

class ModelHandler : public http::Handler {
 public:
  explicit ModelHandler(const Answer& answer) : answer_(answer) {}

  std::variant<http::Response, std::unique_ptr<http::Receiver>> begin(
      std::shared_ptr<const http::Request> request) override {
    if (request->path == "/ping") {
      if (request->method == "GET" || request->method == "HEAD") return response(200, "{}");
      return response(405, error_json("GET /ping"));
    }
    if (request->path != "/invocations") return response(404, error_json("no such path"));
    if (request->method != "POST") return response(405, error_json("POST /invocations"));
    return std::make_unique<Invocation>(std::move(request), answer_);
  }

  bool quick(const http::Request& request) const override { return request.path == "/ping"; }

 private:
  const Answer& answer_;
};

}  // namespace

void serve(const ServingOptions& options, const Answer& answer) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before the threads, so that they inherit it
  ModelHandler handler(answer);
  http::ServerOptions server_options;
  server_options.address = options.address;
  server_options.port = options.port;
  server_options.worker_threads = options.workers;
  http::Server server(server_options, handler);
  server.start();
  std::printf("Serving on %s:%d\n", options.address.c_str(), static_cast<int>(server.port()));
  std::fflush(stdout);
  int received = 0;
  sigwait(&ends, &received);
  server.stop(std::chrono::seconds(10));
}

}  // namespace sagebrush::vision
