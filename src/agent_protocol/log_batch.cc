#include "agent_protocol/log_batch.h"

#include <bit>
#include <cstring>

#include "base/error.h"

namespace sagebrush::agent_protocol {
namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they stand in memory");

template <typename T>
void put(std::string& bytes, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof value);
}

// Cuts the first `size` bytes off.
std::string_view take(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) throw Error(ErrorKind::kInvalid, "a batch of log lines is cut off");
  const std::string_view first = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return first;
}

template <typename T>
T take_number(std::string_view& bytes) {
  T value;
  std::memcpy(&value, take(bytes, sizeof value).data(), sizeof value);
  return value;
}

}  // namespace

LogBatch read_log_batch(std::string_view bytes) {
  LogBatch batch{take_number<std::uint64_t>(bytes), {}};
  while (!bytes.empty()) {
    const auto time_ms = take_number<std::int64_t>(bytes);
    const auto length = take_number<std::uint32_t>(bytes);
    batch.events.push_back({from_ms(time_ms), take(bytes, length)});
  }
  return batch;
}

LogBatchWriter::LogBatchWriter(std::uint64_t first_sequence) {
  put(bytes_, first_sequence);
}

void LogBatchWriter::add(Time time, std::string_view message) {
  put(bytes_, static_cast<std::int64_t>(to_ms(time)));
  put(bytes_, static_cast<std::uint32_t>(message.size()));
  bytes_ += message;
  ++events_;
}

}  // namespace sagebrush::agent_protocol
