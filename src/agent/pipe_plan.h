#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "agent/object_calls.h"
#include "agent_protocol/inputs.h"
#include "container/launch.h"

namespace sagebrush::agent {

// What the feeder has to deliver into one channel's pipes. File number i lies at
// pipe_files(...)/i.
struct PipePlan {
  std::string channel;
  bool gzip = false;
  agent_protocol::PipeSource source;
  std::vector<std::string> uris;   // of the files, for messages
  std::vector<std::string> lines;  // of an augmented manifest; else each file is a record
};

// One thing that goes into a pipe: a file, or a value out of a manifest.
struct PipePart {
  std::optional<std::size_t> file;
  std::string text;
};
// What record number `index` is made of. Throws Error{kInvalid} when its line has not all
// attributes.
std::vector<PipePart> parts_of(const PipePlan& plan, std::size_t index);
std::size_t record_count(const PipePlan& plan);

// RecordIO as MXNet has it, each record whole: 0xced7230a, the length, the bytes, and zeros up to a
// multiple of four. Throws Error{kInvalid} when the length does not fit into its 29 bits.
std::string record_io_head(std::uint64_t bytes);
std::size_t record_io_padding(std::uint64_t bytes);
inline constexpr std::uint64_t kLargestRecord = (1ULL << 29) - 1;

// Puts the files of each channel that is a pipe where the feeder finds them, writes the plans and
// makes the first pipes. Throws Error{kInvalid} for what is the user's to mend.
void prepare_pipes(const agent_protocol::Inputs& inputs, const container::Workplace& place,
                   ObjectCalls& objects);
std::vector<PipePlan> read_pipe_plans(const container::Workplace& place);
bool has_pipes(const container::Workplace& place);
std::filesystem::path pipe_files(const container::Workplace& place, const std::string& channel);
std::string pipe_name(const std::string& channel, std::uint64_t epoch);  // "train_0"

}  // namespace sagebrush::agent
