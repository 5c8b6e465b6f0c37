#include "agent/usage_meter.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/text.h"

namespace sagebrush::agent {
namespace {

double percent(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0;
}

std::uint64_t machine_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::optional<double> disk_used(const std::filesystem::path& folder) {
  struct statvfs stat{};
  if (::statvfs(folder.c_str(), &stat) != 0 || stat.f_blocks == 0) return std::nullopt;
  // As df: blocks kept for root count on neither side.
  const auto used = static_cast<double>(stat.f_blocks - stat.f_bfree);
  return percent(used, used + static_cast<double>(stat.f_bavail));
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::optional<NetworkBytes> parse_network(const std::string& net_dev) {
  NetworkBytes all;
  bool some = false;
  std::istringstream lines(net_dev);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    some = true;
    if (trim(std::string_view(line).substr(0, colon)) == "lo") continue;
    std::istringstream numbers(line.substr(colon + 1));
    std::uint64_t value = 0;
    for (int column = 0; column < 9 && numbers >> value; ++column) {
      if (column == 0) all.received += value;
      if (column == 8) all.sent += value;
    }
  }
  return some ? std::optional(all) : std::nullopt;
}

agent_protocol::UsageSample UsageMeter::read(Time time, std::chrono::steady_clock::time_point at) {
  agent_protocol::UsageSample sample{.time = time, .values = {}};
  const double seconds = last_at_ ? std::chrono::duration<double>(at - *last_at_).count() : 0;
  const auto rate = [&](std::uint64_t now, std::uint64_t before) {
    return now > before ? static_cast<double>(now - before) / seconds : 0;
  };
  const auto usage = sources_.cgroup.usage();
  if (usage.cpu_ns && last_cpu_ns_ && seconds > 0) {
    sample.values["CPUUtilization"] = 100 * rate(*usage.cpu_ns, *last_cpu_ns_) / 1e9;
  }
  if (usage.memory_bytes) {
    const std::uint64_t whole =
        sources_.memory_limit > 0 ? sources_.memory_limit : machine_memory();
    sample.values["MemoryUtilization"] =
        percent(static_cast<double>(*usage.memory_bytes), static_cast<double>(whole));
  }
  if (const auto used = disk_used(sources_.disk)) sample.values["DiskUtilization"] = *used;
  const auto network = parse_network(text_of(sources_.network));
  if (network && last_network_ && seconds > 0) {
    sample.values["NetworkRxBytes"] = rate(network->received, last_network_->received);
    sample.values["NetworkTxBytes"] = rate(network->sent, last_network_->sent);
  }
  last_at_ = at;
  last_cpu_ns_ = usage.cpu_ns;
  last_network_ = network;
  return sample;
}

}  // namespace sagebrush::agent
