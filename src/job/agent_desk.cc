#include "job/agent_desk.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "job/metric_collector.h"
#include "job/spec_builder.h"
#include "job/transitions.h"
#include "store/log_event.h"
#include "store/logs.h"

namespace sagebrush::job {
namespace {

using agent_protocol::ExitRecord;
using agent_protocol::Outcome;

bool holds_lease(const TrainingJob& job, const AgentIdentity& agent) {
  return job.attempt && job.attempt->number == agent.attempt && job.attempt->find(agent.host) &&
         equal_in_constant_time(job.attempt->token, agent.token);
}

void require_lease(const TrainingJob& job, const AgentIdentity& agent) {
  if (!holds_lease(job, agent)) {
    throw Error(ErrorKind::kConflict, "attempt " + std::to_string(agent.attempt) + " of job " +
                                          agent.job_id + " has lost its lease");
  }
}

agent_protocol::ReportAnswer answer_to(const TrainingJob& job, const std::string& host) {
  agent_protocol::ReportAnswer answer;
  for (const auto& order : {job.stop, job.attempt->stop}) {
    if (!order) continue;
    if (!answer.stop) answer.stop = order->cause;
    answer.kill_at = std::min(answer.kill_at.value_or(order->kill_at), order->kill_at);
  }
  using agent_protocol::Peers;
  if (!all_ended(*job.attempt, host)) {
    answer.peers = Peers::kRunning;
  } else {
    const bool failed = std::ranges::any_of(job.attempt->hosts, [](const Host& each) {
      return each.exit && each.exit->outcome == Outcome::kFailed;
    });
    answer.peers = failed ? Peers::kFailed : Peers::kEnded;
  }
  return answer;
}

// False too where the bucket has gone.
bool exists(const ObjectSource& source, const S3Location& at) {
  try {
    for (const auto& object : source.list(at.bucket, at.key)) {
      if (object.key == at.key) return true;
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
  }
  return false;
}

HostPlace place_of(const Attempt& attempt, const std::string& host) {
  HostPlace place{.index = 0, .groups = {}};
  for (const auto& each : attempt.hosts) {
    if (each.name == host) place.index = place.groups.size();
    place.groups.push_back(each.group);
  }
  return place;
}

}  // namespace

ExitRecord checked(ExitRecord record, const ObjectSource& source) {
  if (record.outcome != Outcome::kCompleted || record.artifact.empty()) return record;
  const S3Location at = parse_s3_uri(record.artifact);
  // An uncompressed artifact is a prefix and not an object.
  if (!at.key.ends_with(".tar.gz") || exists(source, at)) return record;
  record.outcome = Outcome::kFailed;
  record.infrastructure = true;
  record.failure_reason =
      "InternalServerError: the artifact " + record.artifact + " is not in the store";
  record.artifact.clear();
  return record;
}

LiveJobs::JobPtr AgentDesk::holder(const AgentIdentity& agent) const {
  auto job = jobs_.find(agent.job_id);
  if (!job) {
    throw Error(ErrorKind::kConflict, "job " + agent.job_id + " is finished or was never here");
  }
  require_lease(*job, agent);
  return job;
}

agent_protocol::ReportAnswer AgentDesk::report(const AgentIdentity& agent,
                                               const agent_protocol::Report& report) {
  auto job = holder(agent);
  const bool runtime_is_new =
      !report.runtime.empty() && report.runtime != job->attempt->find(agent.host)->runtime;
  const bool failure_is_new = !report.failed.empty() && !job->attempt->stop && !job->stop;
  const bool saved = report.checkpointed && job->is_spot();
  if (report.entered || runtime_is_new || failure_is_new || saved) {
    job = jobs_.update(agent.job_id, [&](TrainingJob& changing) {
      require_lease(changing, agent);
      if (!report.runtime.empty()) changing.attempt->find(agent.host)->runtime = report.runtime;
      if (saved) changing.attempt->checkpointed = std::min(*report.checkpointed, clock_.now());
      if (!report.failed.empty()) stop_peers(changing, peer_grace_, clock_.now());
      if (report.entered) {
        enter(changing, agent.host, *report.entered, std::min(report.at, clock_.now()));
      }
    });
    changed_();
  }
  return answer_to(*job, agent.host);
}

std::uint64_t AgentDesk::store_logs(const AgentIdentity& agent,
                                    const agent_protocol::LogBatch& batch) {
  const auto job = holder(agent);
  std::vector<store::LogEvent> events;
  events.reserve(batch.events.size());
  for (const auto& event : batch.events) events.push_back({to_ms(event.time), event.message});
  const std::string stream = log_stream(*job, agent.host);
  const auto append = [&] {
    return logs_.append_sequenced(kTrainingLogGroup, stream, batch.first_sequence, events);
  };
  std::uint64_t stored = 0;
  try {
    stored = append();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
    stored = append();  // the stream was deleted at this moment: it is made again
  }
  // A line is done with when it is stored and its metrics are: else it is asked for again.
  return std::min(stored, metrics_.take_lines(*job, stream, batch));
}

void AgentDesk::store_usage(const AgentIdentity& agent, const agent_protocol::UsageBatch& batch) {
  metrics_.take_usage(*holder(agent), agent.host, batch);
}

agent_protocol::Inputs AgentDesk::inputs(const AgentIdentity& agent) {
  const auto job = holder(agent);
  try {
    return resolve_inputs(job->request, source_, place_of(*job->attempt, agent.host));
  } catch (const Error& error) {
    // To an agent, what is not found is its lease.
    if (error.kind() != ErrorKind::kNotFound) throw;
    throw Error(ErrorKind::kInvalid, error.what());
  }
}

void AgentDesk::exit(const AgentIdentity& agent, const ExitRecord& record) {
  const ExitRecord sound = checked(record, source_);
  jobs_.update(holder(agent)->id, [&](TrainingJob& job) {
    require_lease(job, agent);
    end_host(job, agent.host, sound, peer_grace_, clock_.now());
  });
  changed_();
}

}  // namespace sagebrush::job
