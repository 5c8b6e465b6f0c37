#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sagebrush::agent {

struct EnterOrder {
  std::filesystem::path data;        // the server's folder
  std::string job;                   // name
  std::string host;                  // "algo-1"
  std::vector<std::string> command;  // empty: a shell
};

// Runs a command in a running job's container, as the container's own processes run: its user,
// environment, namespaces, control group and limits, by the runtime's exec; with a terminal when
// standard input and output are one. Only for the user whose agents and containers they are; what
// guards the way in is who may read the server's folder. Returns only by throwing Error: kNotFound
// when no such container runs here, kDenied, kUnsupported under bubblewrap. Else the runtime takes
// this process's place and its exit status is the command's.
[[noreturn]] void enter_container(const EnterOrder& order);

}  // namespace sagebrush::agent
