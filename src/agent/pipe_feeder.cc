#include "agent/pipe_feeder.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <boost/json.hpp>

#include "agent/pipe_plan.h"
#include "agent/spawn_role.h"
#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace sagebrush::agent {
namespace {

constexpr int kStartMs = 30'000;

}  // namespace

void PipeFeeder::start() const {
  if (!has_pipes(place_) || agent_protocol::is_locked(folder_.feed_lock())) return;
  Pipe ready = make_pipe();
  spawn_role("feed", folder_, ready.write);
  ready.write.close();
  // Its end is closed when the pipes are fed, or it has ended.
  pollfd end{ready.read.fd(), POLLIN, 0};
  int seen = 0;
  while ((seen = ::poll(&end, 1, kStartMs)) < 0 && errno == EINTR) {
  }
  if (seen <= 0) throw Error(ErrorKind::kInternal, "the pipes were not fed in time");
}

std::optional<FeedFailure> PipeFeeder::failure() const {
  if (!has_pipes(place_)) return std::nullopt;
  if (std::filesystem::exists(folder_.feed_failed())) {
    const auto note = boost::json::parse(read_file(folder_.feed_failed()));
    const agent_protocol::JsonReader in(note.as_object());
    return FeedFailure{in.text("reason"), in.boolean("infrastructure")};
  }
  if (agent_protocol::is_locked(folder_.feed_lock())) return std::nullopt;
  return FeedFailure{"InternalServerError: the process that feeds the pipe channels was killed",
                     true};
}

void PipeFeeder::end() const {
  // The lock is held, so its number is nobody else's.
  if (!agent_protocol::is_locked(folder_.feed_lock())) return;
  const auto pid = parse_unsigned(read_file(folder_.feed_lock()));
  if (pid && *pid > 1) ::kill(static_cast<pid_t>(*pid), SIGKILL);
}

}  // namespace sagebrush::agent
