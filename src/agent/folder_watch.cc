#include "agent/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "base/error.h"

namespace sagebrush::agent {

namespace {

constexpr int kBlindMs = 50;  // between looks where there is no watch

// The system allows each user few watches, and other programs have many.
bool used_up(int error) {
  return error == EMFILE || error == ENFILE || error == ENOSPC || error == ENOMEM;
}

}  // namespace

FolderWatch::FolderWatch(const std::filesystem::path& folder)
    : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  constexpr std::uint32_t kEvents = IN_MODIFY | IN_CREATE | IN_MOVED_TO;
  if (inotify_ && ::inotify_add_watch(inotify_.fd(), folder.c_str(), kEvents) >= 0) return;
  if (!used_up(errno)) throw_errno("watch " + folder.string());
  inotify_ = {};
}

void FolderWatch::wait(int other, int timeout_ms) {
  if (!inotify_) timeout_ms = std::min(timeout_ms, kBlindMs);
  std::array<pollfd, 2> waits{{{inotify_.fd(), POLLIN, 0}, {other, POLLIN, 0}}};
  if (::poll(waits.data(), waits.size(), timeout_ms) < 0 && errno != EINTR) throw_errno("poll");
  if (!inotify_) return;
  std::array<char, 16384> events;
  while (::read(inotify_.fd(), events.data(), events.size()) > 0) {
  }
}

}  // namespace sagebrush::agent
