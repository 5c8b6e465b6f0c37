#include "server/prometheus.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <vector>

#include "aws/sigv4.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "job/engine.h"
#include "store/metrics.h"

namespace sagebrush::server {
namespace {

constexpr std::int64_t kFresh = 15;  // seconds: what is older is not "now"

http::Response text_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = std::move(body);
  return response;
}

bool is_loopback_peer(const std::string& address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

// One family of series, written at once.
class Family {
 public:
  Family(std::string name, std::string_view help, std::string_view type = "gauge")
      : name_(std::move(name)) {
    head_ = fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help, name_, type);
  }
  void add(const std::vector<std::pair<std::string, std::string>>& labels, double value) {
    std::string text;
    for (const auto& [label, content] : labels) {
      text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", label, label_value(content));
    }
    rows_ += fmt::format("{}{} {}\n", name_, text.empty() ? "" : "{" + text + "}", value);
  }
  void write(std::string& out) const {
    if (!rows_.empty()) out += head_ + rows_;
  }

 private:
  std::string name_;
  std::string head_;
  std::string rows_;
};

void add_process(std::string& out) {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  statm >> pages >> resident;
  Family memory("process_resident_memory_bytes", "Resident memory of the server.");
  memory.add({}, resident * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  memory.write(out);
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  Family seconds("process_cpu_seconds_total", "Processor time of the server.", "counter");
  seconds.add({}, static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9);
  seconds.write(out);
}

struct JobFamily {
  const char* metric;
  const char* unit;
  Family family;
  double scale;
};

void add_usage(const service::House& house, const job::TrainingJob& job, const std::string& host,
               std::vector<JobFamily>& families) {
  const std::int64_t now = to_ms(house.clock.now()) / 1000;
  for (JobFamily& one : families) {
    const auto latest = house.metrics.latest(
        {job::kTrainingMetrics, one.metric, one.unit, {{"Host", job.name + "/" + host}}});
    if (!latest || latest->time_s < now - kFresh) continue;
    one.family.add({{"job", job.name}, {"host", host}}, latest->maximum * one.scale);
  }
}

void add_jobs(const service::House& house, std::string& out) {
  Family count("sagebrush_training_jobs", "Training jobs that are not final, by secondary status.");
  Family last("sagebrush_job_metric", "The last value of each of a job's MetricDefinitions.");
  Family progress("sagebrush_job_progress_ratio", "How far a job is, guessed from its log.");
  std::vector<JobFamily> families;
  const auto family = [&](const char* metric, const char* unit, const char* name, const char* help,
                          double scale) {
    families.push_back({metric, unit, Family(name, help), scale});
  };
  family("CPUUtilization", "Percent", "sagebrush_job_cpu_cores", "Processors in use.", 0.01);
  family("MemoryUtilization", "Percent", "sagebrush_job_memory_ratio", "Memory in use.", 0.01);
  family("DiskUtilization", "Percent", "sagebrush_job_disk_ratio", "Disk in use.", 0.01);
  family("GPUUtilization", "Percent", "sagebrush_job_gpus", "GPUs in use.", 0.01);
  family("GPUMemoryUtilization", "Percent", "sagebrush_job_gpu_memory_ratio",
         "GPU memory in use, summed over GPUs.", 0.01);
  family("NetworkRxBytes", "Bytes/Second", "sagebrush_job_network_receive_bytes_per_second",
         "Network, in.", 1);
  family("NetworkTxBytes", "Bytes/Second", "sagebrush_job_network_transmit_bytes_per_second",
         "Network, out.", 1);
  std::map<std::string, int> statuses;
  const std::int64_t now = to_ms(house.clock.now()) / 1000;
  for (const auto& job : house.engine.unfinished()) {
    ++statuses[to_string(job->secondary)];
    const auto hosts = house.metrics.list({.name_space = job::kTrainingMetrics,
                                           .name = "DiskUtilization",
                                           .active_since_s = now - kFresh},
                                          "", 10'000);
    for (const auto& info : hosts.metrics) {
      const std::string& value = info.key.dimensions.front().second;
      if (value.starts_with(job->name + "/")) {
        add_usage(house, *job, value.substr(job->name.size() + 1), families);
      }
    }
    for (const auto& metric : house.engine.final_metrics(*job)) {
      last.add({{"job", job->name}, {"metric", metric.name}}, metric.value);
    }
    const auto done = house.metrics.latest(
        {job::kProgressMetrics, "Progress", "Percent", {{"TrainingJobName", job->name}}});
    if (done && done->time_s >= now - kFresh)
      progress.add({{"job", job->name}}, done->maximum / 100);
  }
  for (const auto& [status, number] : statuses) count.add({{"status", status}}, number);
  if (statuses.empty()) count.add({{"status", "Training"}}, 0);
  count.write(out);
  for (const JobFamily& one : families) one.family.write(out);
  progress.write(out);
  last.write(out);
}

}  // namespace

MetricsAccess parse_metrics_access(const std::string& text) {
  if (text == "token") return MetricsAccess::kToken;
  if (text == "loopback") return MetricsAccess::kLoopback;
  if (text == "off") return MetricsAccess::kOff;
  throw Error(ErrorKind::kInvalid, "metrics_access: '" + text + "' must be token, loopback or off");
}

bool is_prometheus_request(const http::Request& request) {
  if (request.path != "/metrics") return false;
  return !aws::has_signature(request) || request.headers.get("Authorization").starts_with("Bearer");
}

std::string settle_metrics_token(const std::filesystem::path& data_dir) {
  const auto file = data_dir / "metrics-token";
  if (std::filesystem::exists(file)) {
    std::string token = read_file(file);
    while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back()))) {
      token.pop_back();
    }
    if (!token.empty()) return token;
  }
  const std::string token = random_hex(32);
  write_file_atomically(file, token + "\n", 0600);
  return token;
}

http::Response answer_prometheus(service::House& house, MetricsAccess access,
                                 const std::string& token, const http::Request& request) {
  if (access == MetricsAccess::kOff)
    return text_response(404, "not served: metrics_access is off\n");
  if (request.method != "GET") return text_response(405, "only GET\n");
  const std::string_view authorization = request.headers.get("Authorization");
  constexpr std::string_view kBearer = "Bearer ";
  const bool known = authorization.starts_with(kBearer) &&
                     equal_in_constant_time(authorization.substr(kBearer.size()), token);
  const bool local = access == MetricsAccess::kLoopback && is_loopback_peer(request.peer_address);
  if (!known && !local) {
    auto response = text_response(401, "a bearer token is needed: DATA/metrics-token\n");
    response.headers.add("WWW-Authenticate", "Bearer");
    return response;
  }
  std::string out;
  add_process(out);
  add_jobs(house, out);
  return text_response(200, std::move(out));
}

}  // namespace sagebrush::server
