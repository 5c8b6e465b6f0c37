#pragma once

#include <poll.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/file.h"

namespace sagebrush::container {

// One connection of a client in the container to the server, without blocking; for poll().
class Tunnel {
 public:
  using Clock = std::chrono::steady_clock;

  Tunnel(File client, std::filesystem::path spec);
  // What to wait for, and until when at most.
  std::array<pollfd, 2> waits() const;
  std::chrono::milliseconds patience() const;
  // Moves what can be moved. False when the connection is over.
  bool go_on(const std::array<pollfd, 2>& seen);

 private:
  // One direction: what was read from one side and is not yet written to the other.
  struct Flow {
    std::vector<std::byte> room;
    std::size_t start = 0, end = 0;
    bool read_all = false, closed = false;
    bool pending() const { return start < end; }
  };
  void connect();
  bool connected(short seen);
  static bool fill(Flow& flow, const File& from);
  static bool drain(Flow& flow, const File& to);

  File client_, server_;
  std::filesystem::path spec_;
  bool open_ = false;
  Clock::time_point give_up_, next_try_;
  Flow up_, down_;
};

}  // namespace sagebrush::container
