#include "agent/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"

namespace sagebrush::agent {

FolderWatch::FolderWatch(const std::filesystem::path& folder)
    : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!inotify_) throw_errno("inotify");
  if (::inotify_add_watch(inotify_.fd(), folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
    throw_errno("watch " + folder.string());
  }
}

void FolderWatch::wait(int other, int timeout_ms) {
  std::array<pollfd, 2> waits{{{inotify_.fd(), POLLIN, 0}, {other, POLLIN, 0}}};
  if (::poll(waits.data(), waits.size(), timeout_ms) < 0 && errno != EINTR) throw_errno("poll");
  std::array<char, 16384> events;
  while (::read(inotify_.fd(), events.data(), events.size()) > 0) {
  }
}

}  // namespace sagebrush::agent
