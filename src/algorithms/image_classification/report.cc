#include "algorithms/image_classification/report.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace sagebrush::vision {

void Report::write(const std::string& text) {
  if (quiet_) return;
  const char* at = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    const ssize_t written = ::write(STDOUT_FILENO, at, left);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;  // nobody listens; training goes on
    at += written;
    left -= static_cast<std::size_t>(written);
  }
}

void Report::line(const std::string& text) {
  write((bar_drawn_ ? "\r\x1b[K" : "") + text + "\n");
  bar_drawn_ = false;
}

void Report::bar(std::int64_t epoch, std::int64_t epochs, std::int64_t done, std::int64_t steps,
                 double images_per_second) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_bar_ < std::chrono::milliseconds(100)) return;
  last_bar_ = now;
  constexpr std::int64_t kWidth = 30;
  const auto filled = static_cast<std::size_t>(kWidth * done / steps);
  char numbers[96];
  std::snprintf(numbers, sizeof(numbers), "] %3d %%  %.0f images/s",
                static_cast<int>(100 * done / steps), images_per_second);
  write("\rEpoch " + std::to_string(epoch) + "/" + std::to_string(epochs) + " [" +
        std::string(filled, '#') + std::string(kWidth - filled, '.') + numbers + "\x1b[K");
  bar_drawn_ = true;
}

void Report::step(std::int64_t step, std::int64_t steps, double loss, double learning_rate,
                  double images_per_second) {
  char text[256];
  std::snprintf(text, sizeof(text),
                "step=%lld of=%lld loss=%.5f learning_rate=%.6g images_per_second=%.0f",
                static_cast<long long>(step), static_cast<long long>(steps), loss, learning_rate,
                images_per_second);
  line(text);
}

void Report::final(const std::string& what, const Evaluation& evaluation) {
  char text[128];
  std::snprintf(text, sizeof(text), "_accuracy=%.4f ", evaluation.accuracy());
  std::string whole = what + text + what;
  std::snprintf(text, sizeof(text), "_loss=%.4f", evaluation.loss);
  line(whole + text);
}

void Report::epoch(const EpochMetrics& m) {
  char text[256];
  std::snprintf(text, sizeof(text),
                "epoch=%lld train_loss=%.4f train_accuracy=%.4f validation_accuracy=%.4f "
                "images_per_second=%.0f validation_loss=%.4f seconds=%.1f",
                static_cast<long long>(m.epoch), m.train_loss, m.train_accuracy,
                m.validation_accuracy, m.images_per_second, m.validation_loss, m.seconds);
  line(text);
  std::snprintf(text, sizeof(text), ", epoch=%lld, validation accuracy=%.4f",
                static_cast<long long>(m.epoch), m.validation_accuracy);
  line("#quality_metric: host=" + host_ + text);
}

}  // namespace sagebrush::vision
