#include "agent/local_output.h"

#include <cstdio>

namespace sagebrush::agent {
namespace {

constexpr std::size_t kErrorLines = 20;

}  // namespace

void LocalOutput::show_new() {
  reader_.read([this](container::Frame frame) {
    const bool error = frame.stream == container::Stream::kStderr;
    std::FILE* to = error ? stderr : stdout;
    std::fwrite(frame.text.data(), 1, frame.text.size(), to);
    std::fputc('\n', to);
    log_ << frame.text << '\n';
    if (error && frame.text.find_first_not_of(" \t\r") != std::string::npos) {
      errors_.push_back(std::move(frame.text));
      if (errors_.size() > kErrorLines) errors_.pop_front();
    }
    return true;
  });
  std::fflush(stdout);
  log_.flush();
}

}  // namespace sagebrush::agent
