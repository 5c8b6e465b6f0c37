#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent_protocol/log_rule.h"
#include "job/file_systems.h"
#include "server/prometheus.h"
#include "service/house.h"
#include "store/metrics.h"

namespace sagebrush::server {

struct Address {
  std::string host;  // "127.0.0.1", "::1"
  std::uint16_t port = 0;
};

// "127.0.0.1:9000", "[::1]:9000". Throws Error{kInvalid} that shows the text.
Address parse_address(const std::string& text);
bool is_loopback(const Address& address);

// Everything that `sagebrush serve` can be told. Command line over environment over configuration
// file over the defaults here.
struct Options {
  std::filesystem::path data_dir;
  Address listen{"127.0.0.1", 9000};
  std::optional<Address> tls_listen;  // absent: beside `listen`, 443 ports higher
  std::filesystem::path certificate;  // PEM; empty: from an authority of our own, made once
  std::filesystem::path private_key;
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string access_key_id;  // root's; empty: DATA/credentials, made once
  std::string secret_access_key;
  std::string database_url;  // empty: SQLite in DATA
  std::string domain =
      "localhost";  // <bucket>.<domain> and <bucket>.s3.<domain> are virtual-host style
  std::vector<std::string> public_read_buckets;  // read without a signature
  std::optional<int> cpus;                       // what jobs may use; absent: all of the machine
  std::optional<std::uint64_t> memory_bytes;
  std::optional<int> gpus;                  // so many of the machine's at most
  std::string runtime = "auto";             // container runtime
  std::string python;                       // interpreter of scripts in the host image; "": python3
  std::string image_aliases;                // lines "name,kind" in front of the built-in table
  std::vector<std::string> registry_hosts;  // "gpu-box:9443": further names of this registry
  bool registry_create_on_push = false;     // repositories that nobody created
  std::chrono::seconds registry_garbage_grace{3600};  // how long what no image names stays
  job::FileSystems file_systems;                      // what a FileSystemDataSource may name
  std::map<std::string, double> quotas;               // by name or code
  service::QuotaIncreases quota_increases = service::QuotaIncreases::kAsk;
  double spot_discount = 0.7;  // 0 to 1
  std::vector<agent_protocol::LogRule> log_rules;
  std::uint64_t layer_cache_bytes = 50ULL << 30;  // unpacked layers of images that are kept
  std::chrono::seconds stop_grace{120};
  store::MetricRetention metric_retention;
  MetricsAccess metrics_access = MetricsAccess::kToken;  // of GET /metrics
  std::string log_level = "info";
};

// Reads the command line (without the word `serve`), the environment and the file of --config.
// Throws Error{kInvalid} that names the option or the key. nullopt: help was asked for and printed.
std::optional<Options> read_options(int argc, char** argv);

// Applies a YAML configuration to options; unknown keys are errors.
void apply_configuration(const std::filesystem::path& file, Options& options);

}  // namespace sagebrush::server
