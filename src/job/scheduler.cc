#include "job/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "job/room.h"

namespace sagebrush::job {
namespace {

bool overdue(const std::optional<Time>& limit, Time now) {
  return limit && *limit <= now;
}

void end_what_is_over(const Snapshot& snapshot, std::vector<Action>& actions) {
  for (const auto& job : snapshot.running) {
    if (job.stop_ordered) continue;
    if (overdue(job.must_end, snapshot.now)) {
      actions.emplace_back(StopAtLimit{job.id, StopCause::kMaxRuntime});
    } else if (overdue(job.must_complete, snapshot.now)) {
      actions.emplace_back(StopAtLimit{job.id, StopCause::kMaxWait});
    } else if (!job.ending && overdue(job.interrupt_at, snapshot.now)) {
      actions.emplace_back(Interrupt{job.id, "as the rehearsal asks"});
    }
  }
  for (const auto& job : snapshot.waiting) {
    if (overdue(job.must_complete, snapshot.now)) {
      actions.emplace_back(StopAtLimit{job.id, StopCause::kMaxWait});
    } else if (overdue(job.must_start, snapshot.now)) {
      actions.emplace_back(StopAtLimit{job.id, StopCause::kMaxPending});
    }
  }
  for (const auto& pool : snapshot.pools) {
    if (pool.until <= snapshot.now) actions.emplace_back(EndPool{pool.job_id});
  }
}

bool is_over(const WaitingJob& job, Time now) {
  return overdue(job.must_complete, now) || overdue(job.must_start, now);
}

// Takes the pool that the job can have out of `pools`.
std::optional<WarmPool> take_pool(const WaitingJob& job, std::vector<WarmPool>& pools, Time now) {
  for (auto pool = pools.begin(); pool != pools.end(); ++pool) {
    if (job.pool_key.empty() || pool->key != job.pool_key || pool->until <= now) continue;
    const WarmPool taken = *pool;
    pools.erase(pool);
    return taken;
  }
  return std::nullopt;
}

// What a spot job would lose if it were ended now.
Time::duration at_stake(const RunningJob& job, Time now) {
  return job.saved ? now - *job.saved : Time::duration::zero();
}

// The spot jobs to interrupt so that `need` fits, counting on who is ending already.
std::vector<Action> make_room(const WaitingJob& head, const Snapshot& snapshot, Room room) {
  std::vector<const RunningJob*> candidates;
  for (const auto& job : snapshot.running) {
    if (job.stop_ordered || job.ending) {
      give_back(room, job.share);
    } else if (job.spot) {
      candidates.push_back(&job);
    }
  }
  if (fits(head.need, room)) return {};  // who is ending makes the room
  std::ranges::sort(candidates, {}, [&](const RunningJob* job) {
    return std::pair(at_stake(*job, snapshot.now), job);  // the earlier one of two alike
  });
  std::vector<const RunningJob*> victims;
  for (const RunningJob* job : candidates) {
    if (fits(head.need, room)) break;
    give_back(room, job->share);
    victims.push_back(job);
  }
  if (!fits(head.need, room)) return {};
  // A small one taken first may not be needed beside a large one taken later.
  for (auto victim = victims.begin(); victim != victims.end();) {
    Room without = room;
    take_out(without, (*victim)->share);
    if (fits(head.need, without)) {
      room = without;
      victim = victims.erase(victim);
    } else {
      ++victim;
    }
  }
  std::vector<Action> actions;
  for (const RunningJob* job : victims) {
    actions.emplace_back(Interrupt{job->id, "job " + head.name + " needs the room"});
  }
  return actions;
}

// As it is when those have started that `actions` start.
Snapshot once_started(const Snapshot& snapshot, const std::vector<Action>& actions) {
  Snapshot after = snapshot;
  for (const auto& action : actions) {
    const auto* start = std::get_if<StartAttempt>(&action);
    if (!start) continue;
    std::erase_if(after.waiting, [&](const auto& job) { return job.id == start->job_id; });
    std::erase_if(after.pools, [&](const auto& pool) { return pool.job_id == start->pool; });
    after.running.push_back(
        {.id = start->job_id, .share = start->share, .stop_ordered = false, .must_end = {}});
  }
  return after;
}

}  // namespace

std::vector<Action> next_actions(const Snapshot& snapshot) {
  std::vector<Action> actions;
  end_what_is_over(snapshot, actions);
  Room room = room_left(snapshot);
  std::vector<WarmPool> pools = snapshot.pools;
  std::optional<std::size_t> first_in_line;  // of those that go on waiting
  bool on_demand_waits = false;
  for (const bool spot : {false, true}) {
    bool held_up = spot && on_demand_waits;
    for (std::size_t i = 0; i < snapshot.waiting.size(); ++i) {
      const WaitingJob& job = snapshot.waiting[i];
      if (job.spot != spot || is_over(job, snapshot.now)) continue;
      if (const auto pool = take_pool(job, pools, snapshot.now)) {
        actions.emplace_back(StartAttempt{job.id, pool->share, pool->job_id});
      } else if (!held_up && fits(job.need, room)) {
        actions.emplace_back(StartAttempt{job.id, take(job.need, room), ""});
      } else {
        held_up = true;
        if (!first_in_line) first_in_line = i;
        on_demand_waits = on_demand_waits || !spot;
      }
    }
  }
  if (!first_in_line) return actions;
  const WaitingJob& head = snapshot.waiting[*first_in_line];
  // Only the head of the queue is told what it waits for at each change; the rest would be
  // rewritten with every start.
  const Snapshot after = once_started(snapshot, actions);
  const auto place = std::ranges::find(after.waiting, head.id, &WaitingJob::id);
  const auto index = static_cast<std::size_t>(place - after.waiting.begin());
  if (!head.spot) std::ranges::move(make_room(head, snapshot, room), std::back_inserter(actions));
  actions.emplace_back(ExplainWait{head.id, wait_message(after, index)});
  return actions;
}

}  // namespace sagebrush::job
