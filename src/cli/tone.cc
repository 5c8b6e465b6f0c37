#include "cli/tone.h"

#include <array>
#include <utility>

namespace sagebrush::cli {
namespace {

std::string_view code_of(Tone tone) {
  switch (tone) {
    case Tone::kPlain: return "";
    case Tone::kGood: return "\033[32m";
    case Tone::kRunning: return "\033[34m";
    case Tone::kWaiting: return "\033[33m";
    case Tone::kBad: return "\033[31m";
    case Tone::kStopped: return "\033[90m";
  }
  return "";
}

}  // namespace

std::string paint(std::string_view text, Tone tone, bool colour) {
  if (!colour || tone == Tone::kPlain) return std::string(text);
  std::string painted(code_of(tone));
  painted.append(text);
  painted.append("\033[0m");
  return painted;
}

Tone tone_of_status(std::string_view status) {
  static constexpr std::array<std::pair<std::string_view, Tone>, 16> kTones{{
      {"Completed", Tone::kGood},
      {"InProgress", Tone::kRunning},
      {"Training", Tone::kRunning},
      {"Downloading", Tone::kRunning},
      {"DownloadingTrainingImage", Tone::kRunning},
      {"Uploading", Tone::kRunning},
      {"Restarting", Tone::kRunning},
      {"Starting", Tone::kWaiting},
      {"Pending", Tone::kWaiting},
      {"Interrupted", Tone::kWaiting},
      {"Stopping", Tone::kWaiting},
      {"Failed", Tone::kBad},
      {"MaxRuntimeExceeded", Tone::kBad},
      {"MaxWaitTimeExceeded", Tone::kBad},
      {"Stopped", Tone::kStopped},
      {"Deleting", Tone::kStopped},
  }};
  for (const auto& [name, tone] : kTones) {
    if (name == status) return tone;
  }
  return Tone::kPlain;
}

}  // namespace sagebrush::cli
