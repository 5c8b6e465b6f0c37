#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "job/engine.h"
#include "job/job_image.h"
#include "job/request_json.h"
#include "job/transitions.h"
#include "store/identities.h"
#include "store/logs.h"

namespace sagebrush::job {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::AttemptFolder;
using agent_protocol::ExitRecord;

// An agent that dies more often than this in one attempt dies of something that starting it again
// does not mend.
constexpr int kMostAgentStarts = 5;
// Keys outlive the longest possible upload after the last second of training.
constexpr std::chrono::hours kKeysBeyondRuntime{24};

// nullopt when there is none; Throws Error{kInvalid} when it can't be read: it is written whole or
// not at all.
std::optional<ExitRecord> read_exit_record(const AttemptFolder& folder) {
  if (!fs::exists(folder.exit_record())) return std::nullopt;
  json::error_code failed;
  const json::value value = json::parse(read_file(folder.exit_record()), failed);
  if (failed || !value.is_object()) {
    throw Error(ErrorKind::kInvalid, folder.exit_record().string() + " is not a JSON object");
  }
  return agent_protocol::exit_record_from_json(value.get_object());
}

}  // namespace

AttemptFolder Engine::folder_of(const TrainingJob& job, const std::string& host) const {
  return AttemptFolder::of(settings_.data, job.id, job.attempt.value().number, host);
}

void Engine::start_attempt(const StartAttempt& start) {
  const Time now = clock_.now();
  const auto waiting = jobs_.find(start.job_id);
  if (!waiting) return;
  const auto begin = [&](TrainingJob& changing) {
    const Allotment need = need_of(changing);
    Attempt attempt;
    attempt.token = random_hex(32);
    attempt.share = start.share;
    attempt.hosts = place_hosts(wanted_hosts(changing.request), need, start.share);
    const std::string message = need.notice.empty()
                                    ? kPreparingMessage
                                    : std::string(kPreparingMessage) + ": " + need.notice;
    grant(changing, std::move(attempt), message, now);
    name_log_streams(changing);
  };
  // A pool's share changes hands in one write: between two, a kill would leave it to both.
  LiveJobs::JobPtr job;
  pools_.hand_over(start.pool, waiting->name, now, [&](const std::optional<store::PoolRow>& pool) {
    job = jobs_.update(start.job_id, begin, pool);
  });
  known_[job->id] = job;
  place(job);
}

// Seconds, as SageMaker has them, that no attempt has used: neither one of this job in the same
// second, nor one of an earlier job of its name, whose logs outlive it. A stream with lines in it
// would have the agent go on after them.
void Engine::name_log_streams(TrainingJob& job) {
  const auto taken = [&](const Host& host) {
    return logs_.has_stream(kTrainingLogGroup, log_stream(job, host.name));
  };
  for (auto seconds = to_ms(job.attempt->granted) / 1000;; ++seconds) {
    job.attempt->log_stream_suffix = std::to_string(seconds);
    if (std::ranges::none_of(job.attempt->hosts, taken)) return;
  }
}

// Writes the specs that are not there yet, and starts an agent for each host.
void Engine::place(const LiveJobs::JobPtr& job) {
  try {
    write_specs(*job);
  } catch (const Error& error) {
    const bool users_fault =
        error.kind() == ErrorKind::kNotFound || error.kind() == ErrorKind::kInvalid;
    const std::string start = users_fault ? "" : "InternalServerError: ";
    end_attempt(job, failure(start + error.what(), !users_fault));
    return;
  } catch (const fs::filesystem_error& error) {
    end_attempt(job, failure(std::string("InternalServerError: ") + error.what(), true));
    return;
  }
  for (const auto& host : job->attempt->hosts) start_agent(job, host.name);
}

// One session and one look at the image serve all hosts of the attempt.
void Engine::write_specs(const TrainingJob& job) {
  std::optional<store::Session> session;
  std::optional<agent_protocol::Image> image;
  for (const auto& host : job.attempt->hosts) {
    const AttemptFolder folder = folder_of(job, host.name);
    if (fs::exists(folder.spec())) continue;
    fs::create_directories(folder.root);
    if (!session) {
      session = identities_.create_job_session(text_at(job.request, "RoleArn"), job.id,
                                               job.attempt->number,
                                               job.max_runtime() + kKeysBeyondRuntime);
    }
    if (!image) image = job_image(job.request, images_, registry_, job.id);
    agent_protocol::Access access;
    access.access_key_id = session->access_key_id;
    access.secret_access_key = session->secret;
    access.session_token = session->token;
    const auto spec = build_spec(job, host, settings_.spec, *image, access, need_of(job).notice);
    write_file_atomically(folder.spec(), json::serialize(spec.to_json()), 0600);
  }
}

void Engine::start_agent(const LiveJobs::JobPtr& job, const std::string& host) {
  try {
    executor_.start(folder_of(*job, host));
    logs_.ensure_stream(kTrainingLogGroup, log_stream(*job, host));
  } catch (const Error& error) {
    end_host(job, host, failure(std::string("InternalServerError: ") + error.what(), true));
  }
}

ExitRecord Engine::failure(const std::string& reason, bool infrastructure) const {
  ExitRecord record;
  record.failure_reason = reason;
  record.infrastructure = infrastructure;
  record.ended = clock_.now();
  return record;
}

void Engine::end_attempt(const LiveJobs::JobPtr& job, const ExitRecord& record) {
  jobs_.update(job->id, [&](TrainingJob& changing) {
    if (!changing.attempt || changing.attempt->number != job->attempt->number) return;
    finish(changing, record, clock_.now());
  });
}

void Engine::end_host(const LiveJobs::JobPtr& job, const std::string& host,
                      const ExitRecord& record) {
  jobs_.update(job->id, [&](TrainingJob& changing) {
    if (!changing.attempt || changing.attempt->number != job->attempt->number) return;
    job::end_host(changing, host, record, peer_grace(settings_.spec), clock_.now());
  });
}

// Looks at each attempt: who ended is to be cleaned up, whose agent died without a word gets
// another one.
void Engine::watch_agents(const std::vector<LiveJobs::JobPtr>& jobs) {
  std::map<std::string, LiveJobs::JobPtr> now_running;
  for (const auto& job : jobs) {
    if (job->attempt) now_running[job->id] = job;
  }
  for (const auto& [id, job] : known_) {
    const auto still = now_running.find(id);
    if (still != now_running.end() && still->second->attempt->number == job->attempt->number)
      continue;
    if (still == now_running.end()) open_pool(*job);
    for (const auto& host : job->attempt->hosts) {
      const AttemptFolder folder = folder_of(*job, host.name);
      closing_[folder.root] = {.folder = folder, .job_id = id, .attempt = job->attempt->number};
    }
  }
  known_ = std::move(now_running);
  for (const auto& [id, job] : known_) {
    for (const auto& host : job->attempt->hosts) {
      if (!host.exit) watch(job, host.name);
    }
  }
}

void Engine::watch(const LiveJobs::JobPtr& job, const std::string& host) {
  try {
    if (!executor_.alive(folder_of(*job, host))) revive(job, host);
  } catch (const Error& error) {
    // The job may have ended while we looked; a broken record is the machine's fault.
    if (error.kind() == ErrorKind::kConflict || error.kind() == ErrorKind::kNotFound) return;
    spdlog::error("job {}: {}", job->name, error.what());
    if (error.kind() == ErrorKind::kInvalid) {
      end_host(job, host, failure(std::string("InternalServerError: ") + error.what(), true));
    }
  } catch (const std::exception& error) {
    spdlog::error("job {}: {}", job->name, error.what());
  }
}

// Agents of an earlier server know it by its address. Where that has changed, their spec is written
// anew and they are ended: the next look finds them gone and starts others, who go on.
void Engine::repoint_agents() {
  for (const auto& job : jobs_.all()) {
    if (!job->attempt) continue;
    for (const auto& host : job->attempt->hosts) {
      const AttemptFolder folder = folder_of(*job, host.name);
      if (!fs::exists(folder.spec())) continue;
      json::error_code unreadable;
      const json::value value = json::parse(read_file(folder.spec()), unreadable);
      if (unreadable || !value.is_object()) {
        fs::remove(folder.spec());  // cut off by a crash: place() writes it again
        continue;
      }
      auto spec = agent_protocol::Spec::from_json(value.get_object());
      if (spec.access.server_url == settings_.spec.server_url) continue;
      spec.access.server_url = settings_.spec.server_url;
      write_file_atomically(folder.spec(), json::serialize(spec.to_json()), 0600);
      executor_.end(folder);
    }
  }
}

// The agent is gone. Its exit record is the truth; without one the same attempt goes on with
// another agent.
void Engine::revive(const LiveJobs::JobPtr& job, const std::string& host) {
  // The agent may have delivered its record between the snapshot and its end.
  const auto latest = jobs_.find(job->id);
  if (!latest || !latest->attempt || latest->attempt->number != job->attempt->number) return;
  const Host* now = latest->attempt->find(host);
  if (!now || now->exit) return;
  if (const auto record = read_exit_record(folder_of(*latest, host))) {
    end_host(latest, host, checked(*record, source_));
    return;
  }
  if (now->agent_starts >= kMostAgentStarts) {
    end_host(latest, host,
             failure("InternalServerError: the agent of " + host + " died " +
                         std::to_string(kMostAgentStarts) + " times",
                     true));
    return;
  }
  spdlog::warn("job {}: the agent of {} is gone without an exit record; starting another",
               job->name, host);
  const auto counted = jobs_.update(job->id, [&](TrainingJob& changing) {
    if (Host* starting = changing.attempt.value().find(host)) ++starting->agent_starts;
  });
  if (fs::exists(folder_of(*counted, host).spec())) {
    start_agent(counted, host);
  } else {
    place(counted);
  }
}

}  // namespace sagebrush::job
