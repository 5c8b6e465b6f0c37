#include "agent/usage_sampler.h"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "agent/gpu_meter.h"
#include "agent/usage_meter.h"
#include "base/error.h"
#include "base/file.h"

namespace sagebrush::agent {
namespace {

using namespace std::chrono_literals;
using agent_protocol::Spec;
using std::chrono::steady_clock;

constexpr std::size_t kMostWaiting = 600;

std::filesystem::path network_of(const container::Workplace& place) {
  const auto process = container::container_process_from_json(
      boost::json::parse(read_file(place.process())).as_object());
  return "/proc/" + std::to_string(process.pid) + "/net/dev";
}

}  // namespace

UsageSampler::UsageSampler(const Spec& spec, const container::Workplace& place,
                           std::string cgroup_path)
    : gate_(spec),
      place_(place),
      cgroup_path_(std::move(cgroup_path)),
      memory_limit_(spec.limits.memory_bytes),
      gpus_(spec.limits.gpus),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

UsageSampler::~UsageSampler() {
  finish();
}

void UsageSampler::finish() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void UsageSampler::wait_for_container(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested() && !std::filesystem::exists(place_.process())) {
    changed_.wait_for(lock, stop, 50ms, [] { return false; });
  }
}

void UsageSampler::post() {
  try {
    gate_.post_usage(waiting_);
    waiting_.samples.clear();
  } catch (const LeaseLost&) {
    waiting_.samples.clear();  // the heartbeat sees it too, and acts
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnavailable) {
      spdlog::warn("usage not delivered: {}", error.what());
      waiting_.samples.clear();
    }
  }
}

void UsageSampler::run(const std::stop_token& stop) {
  try {
    wait_for_container(stop);
    if (stop.stop_requested()) return;
    UsageMeter meter({.cgroup = container::Cgroup(cgroup_path_),
                      .memory_limit = memory_limit_,
                      .disk = place_.root,
                      .network = network_of(place_)});
    const GpuMeter gpus(gpus_);
    meter.read(now(), steady_clock::now());
    std::unique_lock lock(mutex_);
    for (auto due = steady_clock::now() + 1s; !stop.stop_requested(); due += 1s) {
      changed_.wait_until(lock, stop, due, [] { return false; });
      if (stop.stop_requested()) return;
      auto sample = meter.read(now(), steady_clock::now());
      if (const auto gpu = gpus.read()) {
        sample.values["GPUUtilization"] = gpu->utilization;
        sample.values["GPUMemoryUtilization"] = gpu->memory;
      }
      if (waiting_.samples.size() == kMostWaiting) {
        waiting_.samples.erase(waiting_.samples.begin());
      }
      waiting_.samples.push_back(std::move(sample));
      post();
      due = std::max(due, steady_clock::now() - 1s);
    }
  } catch (const Error& error) {
    spdlog::warn("usage is not measured: {}", error.what());
  }
}

}  // namespace sagebrush::agent
