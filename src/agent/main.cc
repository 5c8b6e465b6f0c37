#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "agent/attempt.h"
#include "agent/enter_container.h"
#include "agent/local_run.h"
#include "agent/pipe_feed.h"
#include "base/error.h"
#include "base/log.h"
#include "container/runtime.h"
#include "container/shim.h"

namespace sagebrush::agent {
namespace {

constexpr const char* kUsage =
    "usage: sagebrush-agent run --folder FOLDER    carry out the attempt in that folder\n"
    "       sagebrush-agent shim --folder FOLDER   hold its container (started by run)\n"
    "       sagebrush-agent feed --folder FOLDER   feed its pipe channels (started by run)\n"
    "       sagebrush-agent exec --data DIR --job NAME --host HOST -- [COMMAND…]\n"
    "                                              run it, or a shell, in a running container\n"
    "       sagebrush-agent local FILE             run a script without a server (sagebrush "
    "train)\n"
    "       sagebrush-agent check [RUNTIME]        say how containers would run here\n";

int check(const std::string& wanted) {
  const auto machine = container::Machine::look();
  const auto runtime = container::find_runtime(wanted);
  std::printf("runtime: %s (%s)\n", runtime.description().c_str(), runtime.program.c_str());
  std::printf("control groups: %s, %s\n", to_string(machine.layout).c_str(),
              machine.cgroups_writable ? "writable" : "not writable");
  std::printf("root: %s\n", machine.root ? "yes" : "no");
  for (const auto& warning : container::runtime_warnings(runtime)) {
    std::printf("warning: %s\n", warning.c_str());
  }
  return 0;
}

// As docker exec: 126 when the container can't be entered.
int enter(const EnterOrder& order) {
  try {
    enter_container(order);
  } catch (const Error& error) {
    std::fprintf(stderr, "sagebrush exec: %s\n", error.what());
    return 126;
  }
}

int run(const std::vector<std::string>& words) {
  if (!words.empty() && words[0] == "check" && words.size() <= 2) {
    return check(words.size() == 2 ? words[1] : "auto");
  }
  const bool enters = words.size() >= 8 && words[0] == "exec" && words[1] == "--data" &&
                      words[3] == "--job" && words[5] == "--host" && words[7] == "--";
  if (enters) return enter({words[2], words[4], words[6], {words.begin() + 8, words.end()}});
  if (words.size() == 2 && words[0] == "local") {
    start_logging("warn");
    return run_locally(words[1]);
  }
  if (words.size() != 3 || words[1] != "--folder" ||
      (words[0] != "run" && words[0] != "shim" && words[0] != "feed")) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  // The server's keeps all others out, and so would what is made for a container keep out the user
  // that its image runs as. The attempt's folder itself is closed.
  ::umask(0022);
  const agent_protocol::AttemptFolder folder{words[2]};
  if (words[0] == "shim") {
    start_logging("info");
    return container::run_shim(folder);
  }
  if (words[0] == "feed") {
    for (const int ignored : {SIGTERM, SIGINT, SIGHUP}) ::signal(ignored, SIG_IGN);
    start_logging("info");
    return run_feeder(folder);
  }
  // A node that goes down sends SIGTERM to all; the container goes on as long as it can, and
  // whoever starts the agent again finds it. The server's orders alone stop a job.
  for (const int ignored : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) ::signal(ignored, SIG_IGN);
  start_logging("info", folder.agent_log());
  return Attempt(folder).run();
}

}  // namespace
}  // namespace sagebrush::agent

int main(int argc, char** argv) {
  try {
    return sagebrush::agent::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return 1;
  }
}
