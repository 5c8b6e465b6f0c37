#include "cli/demo_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/file.h"
#include "cli/local_server.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uint16_t kUsualPort = 9000;
constexpr std::uint16_t kUsualTlsPort = 9443;
constexpr auto kStartLimit = 30s;
constexpr auto kStopLimit = 15s;
constexpr std::size_t kLogShown = 2000;

std::string end_of(const fs::path& file) {
  const std::string text = fs::exists(file) ? read_file(file) : "";
  return text.size() > kLogShown ? text.substr(text.size() - kLogShown) : text;
}

std::string usual_or_any(std::uint16_t usual) {
  return fmt::format("127.0.0.1:{}", port_is_free(usual) ? usual : 0);
}

}  // namespace

bool port_is_free(std::uint16_t port) {
  const File socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) throw_errno("socket");
  const int on = 1;
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

DemoServer::DemoServer(const fs::path& data_dir, const Interrupt& interrupt)
    : log_file_(data_dir / "server.log") {
  if (auto running = running_server(data_dir)) {
    record_ = *running;
    return;
  }
  fs::create_directories(data_dir);
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  const std::string address = usual_or_any(kUsualPort);
  const std::string tls_address = usual_or_any(kUsualTlsPort);
  fs::remove(log_file_);
  child_ = std::make_unique<ChildProcess>(
      ProgramCall{.arguments = {program, "serve", "--data-dir", data_dir.string(), "--listen",
                                address, "--tls-listen", tls_address},
                  .working_directory = {},
                  .output_file = log_file_,
                  .own_session = true});
  const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
  while (true) {
    if (const auto code = child_->poll()) {
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("the server ended with exit code {}; its log, {}:\n{}", *code,
                              log_file_.string(), end_of(log_file_)));
    }
    const auto record = running_server(data_dir);
    if (record && record->pid == child_->pid()) {
      record_ = *record;
      return;
    }
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("the server did not come up; its log, {}:\n{}", log_file_.string(),
                              end_of(log_file_)));
    }
    if (interrupt.wait_for(5ms)) throw Interrupted("interrupted");
  }
}

void DemoServer::keep() {
  if (child_) child_->leave_running();
}

void DemoServer::stop() {
  if (child_) child_->stop(kStopLimit);
  child_.reset();
}

}  // namespace sagebrush::cli
