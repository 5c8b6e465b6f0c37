#include "container/layer_cache.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <thread>

#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/text.h"
#include "container/layer_lock.h"
#include "container/layer_unpacker.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::ImageLayer;

constexpr const char* kRoot = "root";
constexpr const char* kRecord = "layer.json";
constexpr const char* kDurable = "durable";
constexpr std::uint64_t kSpareDisk = 256ULL << 20;  // an unpacking layer leaves this free
constexpr std::uint64_t kEntryBytes = 4096;         // what an entry costs beside its bytes, about
constexpr std::chrono::milliseconds kNextLook{10};  // while another process unpacks

// "sha256:<hex>" → "sha256-<hex>". A digest becomes a file's name, so it has to be one.
std::string name_of(const std::string& digest) {
  constexpr std::string_view kKind = "sha256:";
  if (!digest.starts_with(kKind) || digest.size() != kKind.size() + 64 ||
      digest.find_first_not_of("0123456789abcdef", kKind.size()) != std::string::npos) {
    throw Error(ErrorKind::kInvalid,
                "layer digest \"" + digest + "\" is not sha256:<64 hex digits>");
  }
  return "sha256-" + digest.substr(kKind.size());
}

struct Record {
  std::string diff_id;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::string boot;
};

std::optional<Record> read_record(const fs::path& layer) {
  std::ifstream in(layer / kRecord);
  if (!in) return std::nullopt;
  json::error_code broken;
  const json::value value = json::parse(in, broken);
  if (broken || !value.is_object()) return std::nullopt;  // cut off by a power failure
  const agent_protocol::JsonReader record(value.get_object());
  return Record{record.text("diff_id"), record.size("bytes"), record.size("entries"),
                record.text("boot")};
}

void write_record(const fs::path& layer, const Record& record) {
  std::ofstream out(layer / kRecord);
  out << json::object{{"diff_id", record.diff_id},
                      {"bytes", record.bytes},
                      {"entries", record.entries},
                      {"boot", record.boot}};
  if (!out.flush()) throw Error(ErrorKind::kIo, "write " + (layer / kRecord).string() + " failed");
}

std::string boot_of_machine() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(in, id);
  return id;
}

void require_disk(const fs::path& folder) {
  if (fs::space(folder).available < kSpareDisk) {
    throw Error(ErrorKind::kLimitExceeded, "the disk of " + folder.string() + " is nearly full");
  }
}

}  // namespace

struct LayerCache::Entry {
  fs::path layer;
  fs::path lock_file;
  std::uint64_t bytes = 0;
  timespec used{};
};

LayerCache::LayerCache(fs::path folder, bool privileged, LayerLimits limits)
    : folder_(std::move(folder)),
      privileged_(privileged),
      limits_(limits),
      boot_(boot_of_machine()) {
  fs::create_directories(folder_);
  ::chmod(folder_.c_str(),
          0700);  // an image's set-user-id programs are not for this machine's users
}

bool LayerCache::usable(const ImageLayer& layer) const {
  const fs::path folder = folder_ / name_of(layer.digest);
  const auto record = read_record(folder);
  if (!record || (record->boot != boot_ && !fs::exists(folder / kDurable))) return false;
  if (record->diff_id == layer.diff_id) return true;
  throw Error(ErrorKind::kInvalid, "layer " + layer.digest +
                                       ": the image says that its content is " + layer.diff_id +
                                       ", it is " + record->diff_id);
}

bool LayerCache::has(const std::vector<ImageLayer>& layers) const {
  return std::ranges::all_of(layers, [&](const ImageLayer& layer) { return usable(layer); });
}

LayerLease LayerCache::hold_one(const ImageLayer& layer, const std::function<void()>& check) {
  const std::string name = name_of(layer.digest);
  const fs::path lock_file = folder_ / (name + ".lock");
  for (;; std::this_thread::sleep_for(kNextLook)) {
    check();
    // Two who waited for each other's shared lock to go would wait for ever, so only who finds it
    // good asks for that.
    const bool here = usable(layer);
    File lock = try_lock(lock_file, here ? LockKind::kShared : LockKind::kAlone);
    if (!lock) continue;
    if (here && !usable(layer)) continue;  // removed before the lock was ours
    if (!here) {
      if (!usable(layer)) unpack(layer, check);
      share(lock);
    }
    if (::futimens(lock.fd(), nullptr) != 0) throw_errno("set time of " + lock_file.string());
    return {folder_ / name / kRoot, lock_file, std::move(lock)};
  }
}

void LayerCache::unpack(const ImageLayer& layer, const std::function<void()>& check) const {
  const std::string name = name_of(layer.digest);
  const fs::path partial = folder_ / (name + ".partial");
  remove_tree(partial);  // of somebody who was killed
  fs::create_directories(partial / kRoot);
  ::chmod((partial / kRoot).c_str(), 0755);
  try {
    const auto unpacked = unpack_layer(layer, partial / kRoot, limits_, privileged_, [&] {
      check();
      require_disk(folder_);
    });
    if (unpacked.devices > 0) {
      spdlog::info("layer {}: {} device nodes left out", layer.digest, unpacked.devices);
    }
    write_record(partial, {layer.diff_id, unpacked.bytes, unpacked.entries, boot_});
  } catch (const std::exception&) {  // check() may throw what is no Error
    remove_tree(partial);            // a bomb's room is wanted now
    throw;
  }
  remove_tree(folder_ / name);  // of an earlier run of the machine, perhaps not whole
  fs::rename(partial, folder_ / name);
}

std::vector<LayerLease> LayerCache::hold(const std::vector<ImageLayer>& layers,
                                         const std::function<void()>& check) {
  std::vector<LayerLease> leases(layers.size());
  // The largest first, so that none is left to work alone at the end.
  std::vector<std::size_t> order(layers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, std::greater(), [&](std::size_t i) { return layers[i].bytes; });
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::optional<Error> failure;  // the first
  const auto check_all = [&] {
    check();
    const std::lock_guard hold(mutex);
    if (failure) throw *failure;
  };
  const auto work = [&] {
    for (std::size_t i = next++; i < order.size(); i = next++) {
      try {
        leases[order[i]] = hold_one(layers[order[i]], check_all);
      } catch (const Error& error) {
        const std::lock_guard hold(mutex);
        if (!failure) failure = error;
        return;
      }
    }
  };
  std::vector<std::future<void>> workers;
  const std::size_t most = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < std::min(most, layers.size()); ++i) {
    workers.push_back(std::async(std::launch::async, work));
  }
  for (auto& worker : workers) worker.wait();
  if (failure) throw *failure;
  for (auto& worker : workers) worker.get();
  return leases;
}

LayerLease LayerCache::take_over(const fs::path& lock_file) {
  const fs::path layer = fs::path(lock_file).replace_extension();
  File lock = try_lock(lock_file, LockKind::kShared);
  if (!lock || !fs::exists(layer / kRecord)) {
    throw Error(ErrorKind::kUnavailable, "layer " + layer.filename().string() + " is gone");
  }
  return {layer / kRoot, lock_file, std::move(lock)};
}

void LayerCache::settle(const std::vector<LayerLease>& leases) const {
  std::vector<fs::path> unsettled;
  for (const auto& lease : leases) {
    const fs::path mark = lease.root.parent_path() / kDurable;
    if (!fs::exists(mark)) unsettled.push_back(mark);
  }
  if (unsettled.empty()) return;
  const File folder = File::open(folder_, O_RDONLY | O_DIRECTORY);
  if (::syncfs(folder.fd()) != 0) throw_errno("sync " + folder_.string());
  for (const auto& mark : unsettled) File::open(mark, O_WRONLY | O_CREAT);
}

std::vector<LayerCache::Entry> LayerCache::entries() const {
  std::set<fs::path> layers;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    layers.insert(fs::path(entry.path()).replace_extension());
  }
  std::vector<Entry> out;
  for (const auto& layer : layers) {
    Entry next{layer, layer.string() + ".lock", 0, {}};
    struct stat status{};
    if (::stat(next.lock_file.c_str(), &status) == 0) next.used = status.st_mtim;
    if (const auto record = read_record(next.layer)) {
      next.bytes = record->bytes + record->entries * kEntryBytes;
    }
    out.push_back(std::move(next));
  }
  std::ranges::sort(
      out, {}, [](const Entry& entry) { return std::pair(entry.used.tv_sec, entry.used.tv_nsec); });
  return out;
}

void LayerCache::trim(std::uint64_t limit_bytes) const {
  const auto all = entries();
  std::uint64_t total = 0;
  for (const auto& entry : all) total += entry.bytes;
  for (const auto& entry : all) {
    const fs::path partial = entry.layer.string() + ".partial";
    const bool half = fs::exists(partial);
    const bool too_much = total > limit_bytes;
    if (!half && !too_much && entry.bytes > 0) continue;
    const File lock = try_lock(entry.lock_file, LockKind::kAlone);
    if (!lock) continue;
    remove_tree(partial);
    if (!too_much && entry.bytes > 0) continue;
    // Away from its name first: whoever is killed in the midst leaves no half of a layer there.
    if (fs::exists(entry.layer)) fs::rename(entry.layer, partial);
    remove_tree(partial);
    fs::remove(entry.lock_file);
    total -= entry.bytes;
  }
}

}  // namespace sagebrush::container
