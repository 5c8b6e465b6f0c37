#include "algorithms/image_classification/checkpoint.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/exact_number.h"
#include "algorithms/image_classification/file.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kKept = 2;
constexpr std::size_t kMaxStateBytes = 64 << 20;
constexpr std::string_view kPrefix = "checkpoint-";

fs::path file_of(const fs::path& folder, std::int64_t step, const char* extension) {
  return folder / (std::string(kPrefix) + std::to_string(step) + extension);
}

// The steps that have a JSON file, newest first.
std::vector<std::int64_t> saved_steps(const fs::path& folder) {
  std::vector<std::int64_t> steps;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") continue;
    const std::string stem = entry.path().stem().string();
    if (stem.rfind(kPrefix, 0) != 0) continue;
    std::int64_t step = 0;
    const char* end = stem.data() + stem.size();
    const auto [stopped, failure] = std::from_chars(stem.data() + kPrefix.size(), end, step);
    if (failure == std::errc() && stopped == end && step >= 0) steps.push_back(step);
  }
  if (error) throw Error(ErrorKind::kSystem, folder.string() + ": " + error.message());
  std::sort(steps.rbegin(), steps.rend());
  return steps;
}

// What a process left that was killed while it saved: files not renamed yet, tensors without state.
void remove_leftovers(const fs::path& folder, const std::vector<std::int64_t>& steps) {
  std::error_code error;  // what cannot be removed is only old
  std::vector<fs::path> left;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kPrefix, 0) != 0) continue;
    const bool whole = std::any_of(steps.begin(), steps.end(), [&](std::int64_t step) {
      return name == file_of("", step, ".json").string() ||
             name == file_of("", step, ".safetensors").string();
    });
    const std::string extension = entry.path().extension().string();
    if (!whole && (extension == ".tmp" || extension == ".safetensors")) left.push_back(entry);
  }
  for (const fs::path& file : left) fs::remove(file, error);
}

const json::value& member(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) user_error(std::string("checkpoint: ") + key + " is missing");
  return *value;
}

std::int64_t integer(const json::object& object, const char* key) {
  const json::value& value = member(object, key);
  if (!value.is_int64() || value.as_int64() < 0)
    user_error(std::string("checkpoint: ") + key + " is not a natural number");
  return value.as_int64();
}

double real(const json::object& object, const char* key) {
  const auto value = exact_number(member(object, key));
  if (!value) user_error(std::string("checkpoint: ") + key + " is not a number");
  return *value;
}

LoadedCheckpoint read_checkpoint(const fs::path& folder, std::int64_t step) {
  const fs::path state_file = file_of(folder, step, ".json");
  Bytes state = read_file(state_file, kMaxStateBytes);
  return parse_checkpoint(state_file.string(), std::move(state),
                          read_file(file_of(folder, step, ".safetensors")));
}

}  // namespace

LoadedCheckpoint parse_checkpoint(const std::string& name, Bytes state, Bytes tensors) {
  boost::system::error_code error;
  const json::value document = json::parse(
      json::string_view(reinterpret_cast<const char*>(state.data()), state.size()), error);
  if (error || !document.is_object()) user_error(name + ": is not a JSON object");
  const json::object& object = document.as_object();
  if (integer(object, "format") != kFormat) user_error(name + ": was written by another version");
  Checkpoint checkpoint;
  checkpoint.progress.epoch = integer(object, "epoch");
  checkpoint.progress.step_in_epoch = integer(object, "step_in_epoch");
  checkpoint.progress.loss_sum = real(object, "loss_sum");
  checkpoint.progress.correct = integer(object, "correct");
  checkpoint.progress.seconds = real(object, "seconds");
  checkpoint.progress.history = history_from_json(member(object, "history"));
  const json::value& identity = member(object, "identity");
  if (!identity.is_object()) user_error("checkpoint: identity is not an object");
  for (const auto& [key, value] : identity.as_object()) {
    if (!value.is_string()) user_error("checkpoint: identity holds something other than text");
    checkpoint.identity[std::string(key)] = value.as_string().c_str();
  }
  if (integer(object, "tensor_bytes") != static_cast<std::int64_t>(tensors.size()) ||
      integer(object, "tensor_crc32") !=
          static_cast<std::int64_t>(crc32(tensors.data(), tensors.size())))
    user_error(name + ": its tensors' size or CRC-32 is not what it says");
  return {std::move(checkpoint), Safetensors(std::move(tensors), name), name, std::move(state)};
}

void CheckpointStore::save(std::int64_t step, const Checkpoint& checkpoint,
                           const std::vector<NamedTensor>& tensors) const {
  std::vector<TensorView> views;
  for (const NamedTensor& tensor : tensors) views.push_back(tensor.view());
  const Bytes bytes = write_safetensors(views, {{"format", "pt"}});
  write_file_atomically(file_of(folder_, step, ".safetensors"), bytes.data(), bytes.size());
  json::object identity;
  for (const auto& [key, value] : checkpoint.identity) identity[key] = value;
  const Progress& progress = checkpoint.progress;
  const json::object state{
      {"format", kFormat},
      {"step", step},
      {"epoch", progress.epoch},
      {"step_in_epoch", progress.step_in_epoch},
      {"loss_sum", exact(progress.loss_sum)},
      {"correct", progress.correct},
      {"seconds", exact(progress.seconds)},
      {"identity", identity},
      {"history", to_exact_json(progress.history)},
      {"tensor_bytes", static_cast<std::int64_t>(bytes.size())},
      {"tensor_crc32", static_cast<std::int64_t>(crc32(bytes.data(), bytes.size()))},
  };
  write_file_atomically(file_of(folder_, step, ".json"), json::serialize(state) + "\n");
  // Those of later steps could not be read, or this run would have gone on from them.
  std::size_t kept = 0;
  for (const std::int64_t saved : saved_steps(folder_)) {
    if (saved <= step && ++kept <= kKept) continue;
    std::error_code error;  // what cannot be removed is only old
    fs::remove(file_of(folder_, saved, ".json"), error);
    fs::remove(file_of(folder_, saved, ".safetensors"), error);
  }
}

std::optional<LoadedCheckpoint> CheckpointStore::load(
    const std::function<void(const std::string&)>& skipped) const {
  const std::vector<std::int64_t> steps = saved_steps(folder_);
  remove_leftovers(folder_, steps);
  for (const std::int64_t step : steps) {
    try {
      return read_checkpoint(folder_, step);
    } catch (const Error& error) {
      skipped(error.what());
    }
  }
  return std::nullopt;
}

}  // namespace sagebrush::vision
