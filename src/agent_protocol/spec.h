#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent_protocol/log_rule.h"
#include "agent_protocol/registry_image.h"
#include "base/time.h"

namespace sagebrush::agent_protocol {

// Where the agent reaches the server, and with what right. The token and the keys end with the
// attempt.
struct Access {
  std::string server_url;     // "http://127.0.0.1:9000"
  std::string ca_file;        // for https; "" otherwise
  std::string token;          // for /_agent/v1/
  std::string access_key_id;  // temporary keys of the job's role, for S3 calls
  std::string secret_access_key;
  std::string session_token;
};

// What to run. kHost: this machine's own system. kBuiltin: the same, and /opt/sagebrush/bin holds
// the built-in algorithms. kRegistry: an image of the server's registry.
enum class ImageKind { kHost, kBuiltin, kRegistry };

struct Image {
  ImageKind kind = ImageKind::kHost;
  std::string reference;                  // as the job named it
  std::vector<std::string> entrypoint;    // what runs, before the arguments
  std::vector<std::string> arguments;     // {"train"} unless the job says otherwise
  std::optional<RegistryImage> registry;  // kRegistry
};

struct Limits {
  int cpus = 1;              // how many processors the container sees
  std::vector<int> cpu_set;  // which; empty: any
  std::uint64_t memory_bytes = 0;
  std::vector<int> gpus;  // which; the container sees no other
};

// One host of the attempt.
struct SpecHost {
  std::string name;  // "algo-1"
  std::string instance_type;
  std::string group;
};

// All that one agent needs for one host of one attempt: written by the server, read by the agent,
// never changed.
struct Spec {
  std::string job_id;  // unique for ever, unlike the name
  std::string job_name;
  std::string job_arn;
  int attempt = 1;
  std::string host;             // "algo-1"
  std::vector<SpecHost> hosts;  // all of the attempt, algo-1 first
  std::string instance_type;    // of this host
  std::string region;
  std::string account;
  Access access;
  Image image;
  Limits limits;
  std::string log_group;
  std::string log_stream;
  std::string output_uri;  // s3://bucket/prefix/<job>/output, without trailing slash
  std::string
      blob_directory;   // the server's object files when this node shares its disk; "" otherwise
  std::string runtime;  // "auto", "crun", "runc" or "bwrap"
  std::string python;   // interpreter of scripts in the host image; "" for its python3
  std::string notice;   // a line for the job's log before the first of its own; "" for none
  std::vector<LogRule> log_rules;                 // the first that matches a line counts
  std::chrono::seconds stop_grace{120};           // SIGTERM to SIGKILL
  std::uint64_t layer_cache_bytes = 50ULL << 30;  // unpacked layers that the node keeps
  boost::json::object request;                    // CreateTrainingJob, as validated

  // The first host gathers what all leave, and uploads it.
  bool gathers() const { return hosts.empty() || hosts.front().name == host; }

  boost::json::object to_json() const;
  // Throws Error{kInvalid} that names the member.
  static Spec from_json(const boost::json::object& object);
};

}  // namespace sagebrush::agent_protocol
