#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "agent_protocol/log_batch.h"
#include "agent_protocol/messages.h"
#include "agent_protocol/usage.h"
#include "job/inputs.h"
#include "job/live_jobs.h"

namespace sagebrush {
class Clock;
namespace store {
class Logs;
}
}  // namespace sagebrush

namespace sagebrush::job {

class MetricCollector;

// Who calls: taken from the path and the Authorization header.
struct AgentIdentity {
  std::string job_id;
  int attempt = 0;
  std::string host;
  std::string token;
};

// Answers agents. Every call throws Error{kConflict} when the caller does not hold the job's lease
// (any more).
class AgentDesk {
 public:
  // peer_grace: what hosts get when another one failed. changed: called after a call that the
  // engine should look at.
  AgentDesk(LiveJobs& jobs, store::Logs& logs, MetricCollector& metrics, const ObjectSource& source,
            const Clock& clock, std::chrono::seconds peer_grace, std::function<void()> changed)
      : jobs_(jobs),
        logs_(logs),
        metrics_(metrics),
        source_(source),
        clock_(clock),
        peer_grace_(peer_grace),
        changed_(std::move(changed)) {}

  agent_protocol::ReportAnswer report(const AgentIdentity& agent,
                                      const agent_protocol::Report& report);
  // Answers the sequence number wanted next.
  std::uint64_t store_logs(const AgentIdentity& agent, const agent_protocol::LogBatch& batch);
  void store_usage(const AgentIdentity& agent, const agent_protocol::UsageBatch& batch);
  // Throws Error{kInvalid} in words for the job's FailureReason when an input is not there.
  agent_protocol::Inputs inputs(const AgentIdentity& agent);
  void exit(const AgentIdentity& agent, const agent_protocol::ExitRecord& record);

 private:
  LiveJobs::JobPtr holder(const AgentIdentity& agent) const;

  LiveJobs& jobs_;
  store::Logs& logs_;
  MetricCollector& metrics_;
  const ObjectSource& source_;
  const Clock& clock_;
  std::chrono::seconds peer_grace_;
  std::function<void()> changed_;
};

// The record as the server takes it: Completed only when the artifact it names is in the store.
agent_protocol::ExitRecord checked(agent_protocol::ExitRecord record, const ObjectSource& source);

}  // namespace sagebrush::job
