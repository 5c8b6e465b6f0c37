#pragma once

#include <optional>
#include <string>

#include "agent_protocol/attempt_folder.h"
#include "container/launch.h"

namespace sagebrush::agent {

struct FeedFailure {
  std::string reason;
  bool infrastructure = false;
};

// The agent's side of the process that feeds the pipes (pipe_feed.h), if the attempt has any.
class PipeFeeder {
 public:
  PipeFeeder(agent_protocol::AttemptFolder folder, container::Workplace place)
      : folder_(std::move(folder)), place_(std::move(place)) {}

  // Starts it and returns when the pipes are fed; no-op when it runs already or there are none.
  void start() const;
  // After start(): why the data can't be trusted any more, if so. A feeder that was killed has
  // failed: it never ends before the container.
  std::optional<FeedFailure> failure() const;
  void end() const;

 private:
  agent_protocol::AttemptFolder folder_;
  container::Workplace place_;
};

}  // namespace sagebrush::agent
