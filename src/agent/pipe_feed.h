#pragma once

#include "agent_protocol/attempt_folder.h"

namespace sagebrush::agent {

// `sagebrush-agent feed`: delivers the pipe channels of one attempt until it is killed. It is a
// process of its own, so that an agent that is killed does not end an epoch before its time.
//
// A channel has pipes for the two epochs after the highest that was opened; they are there before
// the one before them ends, and an epoch may be skipped. Each is fed once, by who opens it first;
// when its data has ended or its reader has gone, it is removed. What goes wrong is written to
// feed-failed.json, and the pipe stays open: a reader never takes a failure for the end of the
// data.
int run_feeder(const agent_protocol::AttemptFolder& folder);

}  // namespace sagebrush::agent
