#include "job/agent_desk.h"

#include "base/error.h"
#include "base/hash.h"
#include "job/spec_builder.h"
#include "job/transitions.h"
#include "store/log_event.h"
#include "store/logs.h"

namespace sagebrush::job {
namespace {

using agent_protocol::ExitRecord;
using agent_protocol::Outcome;

bool holds_lease(const TrainingJob& job, const AgentIdentity& agent) {
  return job.attempt && job.attempt->number == agent.attempt &&
         equal_in_constant_time(job.attempt->token, agent.token);
}

void require_lease(const TrainingJob& job, const AgentIdentity& agent) {
  if (!holds_lease(job, agent)) {
    throw Error(ErrorKind::kConflict, "attempt " + std::to_string(agent.attempt) + " of job " +
                                          agent.job_id + " has lost its lease");
  }
}

bool exists(const ObjectSource& source, const S3Location& at) {
  for (const auto& object : source.list(at.bucket, at.key)) {
    if (object.key == at.key) return true;
  }
  return false;
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
  const bool news =
      report.entered || (!report.runtime.empty() && report.runtime != job->attempt->runtime);
  if (news) {
    job = jobs_.update(agent.job_id, [&](TrainingJob& changing) {
      require_lease(changing, agent);
      if (!report.runtime.empty()) changing.attempt->runtime = report.runtime;
      if (report.entered) enter(changing, *report.entered, std::min(report.at, clock_.now()));
    });
    changed_();
  }
  agent_protocol::ReportAnswer answer;
  if (job->stop) {
    answer.stop = job->stop->cause;
    answer.kill_at = job->stop->kill_at;
  }
  return answer;
}

std::uint64_t AgentDesk::store_logs(const AgentIdentity& agent,
                                    const agent_protocol::LogBatch& batch) {
  const auto job = holder(agent);
  std::vector<store::LogEvent> events;
  events.reserve(batch.events.size());
  for (const auto& event : batch.events) events.push_back({to_ms(event.time), event.message});
  return logs_.append_sequenced(kTrainingLogGroup, log_stream(*job), batch.first_sequence, events);
}

agent_protocol::Inputs AgentDesk::inputs(const AgentIdentity& agent) {
  const auto job = holder(agent);
  return resolve_inputs(job->request, source_, 0, 1);
}

void AgentDesk::exit(const AgentIdentity& agent, const ExitRecord& record) {
  const ExitRecord sound = checked(record, source_);
  jobs_.update(holder(agent)->id, [&](TrainingJob& job) {
    require_lease(job, agent);
    finish(job, sound, clock_.now());
  });
  changed_();
}

}  // namespace sagebrush::job
