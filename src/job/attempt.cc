#include "job/attempt.h"

#include <algorithm>

#include "agent_protocol/json_reader.h"
#include "job/host_plan.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::as_object;
using agent_protocol::JsonReader;

json::array array_of(const std::vector<int>& numbers) {
  return json::array(numbers.begin(), numbers.end());
}

std::vector<int> numbers_of(const json::array& array) {
  std::vector<int> numbers;
  for (const auto& value : array) numbers.push_back(value.to_number<int>());
  return numbers;
}

json::object to_json(const Share& share) {
  return {{"cpus", share.cpus},
          {"cpu_set", array_of(share.cpu_set)},
          {"memory_bytes", static_cast<std::int64_t>(share.memory_bytes)},
          {"gpus", array_of(share.gpus)}};
}

Share share_from(const JsonReader& in) {
  Share share{.cpus = static_cast<int>(in.integer("cpus")),
              .cpu_set = numbers_of(in.array("cpu_set")),
              .memory_bytes = in.size("memory_bytes"),
              .gpus = {}};
  if (in.has("gpus")) share.gpus = numbers_of(in.array("gpus"));
  return share;
}

json::object to_json(const Host& host) {
  json::object out{{"name", host.name},
                   {"instance_type", host.instance_type},
                   {"group", host.group},
                   {"share", to_json(host.share)},
                   {"agent_starts", host.agent_starts},
                   {"runtime", host.runtime},
                   {"phase", agent_protocol::to_string(host.phase)}};
  if (host.exit) out["exit"] = agent_protocol::to_json(*host.exit);
  return out;
}

Host host_from(const json::object& object) {
  const JsonReader in(object);
  Host host;
  host.name = in.text("name");
  host.instance_type = in.text("instance_type");
  host.group = in.text("group");
  host.share = share_from(JsonReader(in.object("share")));
  host.agent_starts = static_cast<int>(in.integer("agent_starts"));
  host.runtime = in.text("runtime");
  host.phase = agent_protocol::phase_from_string(in.text("phase"));
  if (in.has("exit")) host.exit = agent_protocol::exit_record_from_json(in.object("exit"));
  return host;
}

// An attempt of a server that knew one host only: what is the host's stood in the attempt.
Host only_host(const JsonReader& in, const Share& share) {
  Host host;
  host.name = host_name(1);
  host.group = kOnlyGroup;
  host.share = share;
  host.agent_starts = static_cast<int>(in.integer("agent_starts"));
  host.runtime = in.text("runtime");
  return host;
}

}  // namespace

const Host* Attempt::find(const std::string& host) const {
  const auto found = std::ranges::find(hosts, host, &Host::name);
  return found == hosts.end() ? nullptr : &*found;
}

Host* Attempt::find(const std::string& host) {
  const auto found = std::ranges::find(hosts, host, &Host::name);
  return found == hosts.end() ? nullptr : &*found;
}

bool all_ended(const Attempt& attempt, const std::string& except) {
  return std::ranges::all_of(attempt.hosts,
                             [&](const Host& host) { return host.exit || host.name == except; });
}

json::object to_json(const StopOrder& stop) {
  return {{"cause", agent_protocol::to_string(stop.cause)},
          {"at_ms", to_ms(stop.at)},
          {"kill_at_ms", to_ms(stop.kill_at)}};
}

StopOrder stop_order_from_json(const json::object& object) {
  const JsonReader in(object);
  return {.cause = agent_protocol::stop_cause_from_string(in.text("cause")),
          .at = in.time("at_ms"),
          .kill_at = in.time("kill_at_ms")};
}

json::object to_json(const Attempt& attempt) {
  json::array hosts;
  for (const auto& host : attempt.hosts) hosts.push_back(to_json(host));
  json::object out = to_json(attempt.share);
  out["number"] = attempt.number;
  out["token"] = attempt.token;
  out["log_stream_suffix"] = attempt.log_stream_suffix;
  out["granted_ms"] = to_ms(attempt.granted);
  out["hosts"] = std::move(hosts);
  if (attempt.stop) out["stop"] = to_json(*attempt.stop);
  if (attempt.training_since) out["training_since_ms"] = to_ms(*attempt.training_since);
  if (attempt.checkpointed) out["checkpointed_ms"] = to_ms(*attempt.checkpointed);
  return out;
}

Attempt attempt_from_json(const json::object& object) {
  const JsonReader in(object);
  Attempt attempt;
  attempt.number = static_cast<int>(in.integer("number"));
  attempt.token = in.text("token");
  attempt.log_stream_suffix = in.text("log_stream_suffix");
  attempt.granted = in.time("granted_ms");
  attempt.share = share_from(in);
  if (in.has("hosts")) {
    for (const auto& value : in.array("hosts")) {
      attempt.hosts.push_back(host_from(as_object(value, "a host")));
    }
  } else {
    attempt.hosts.push_back(only_host(in, attempt.share));
  }
  if (in.has("stop")) attempt.stop = stop_order_from_json(in.object("stop"));
  attempt.training_since = in.time_if("training_since_ms");
  attempt.checkpointed = in.time_if("checkpointed_ms");
  return attempt;
}

}  // namespace sagebrush::job
