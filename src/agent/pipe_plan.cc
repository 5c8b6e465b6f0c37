#include "agent/pipe_plan.h"

#include <sys/stat.h>

#include "agent/input_tree.h"
#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/file.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::InputChannel;
using agent_protocol::JsonReader;

constexpr std::uint32_t kMagic = 0xced7230a;

fs::path plan_file(const container::Workplace& place) {
  return place.root / "pipes.json";
}

json::object to_json(const PipePlan& plan) {
  return {{"channel", plan.channel},
          {"gzip", plan.gzip},
          {"source", agent_protocol::to_json(plan.source)},
          {"uris", json::array(plan.uris.begin(), plan.uris.end())},
          {"lines", json::array(plan.lines.begin(), plan.lines.end())}};
}

PipePlan plan_from(const json::object& object) {
  const JsonReader in(object);
  return {.channel = in.text("channel"),
          .gzip = in.boolean("gzip"),
          .source = agent_protocol::pipe_source_from_json(in.object("source")),
          .uris = in.texts("uris"),
          .lines = in.texts("lines")};
}

PipePlan plan_of(const InputChannel& channel) {
  PipePlan plan{.channel = channel.name,
                .gzip = channel.compression == "Gzip",
                .source = *channel.pipe,
                .uris = {},
                .lines = {}};
  for (const auto& file : channel.files) {
    plan.uris.push_back("s3://" + file.bucket + "/" + file.key);
    if (plan.source.record_io && !plan.gzip && file.bytes > kLargestRecord) {
      throw Error(ErrorKind::kInvalid, "object " + plan.uris.back() +
                                           " is larger than a RecordIO record can be (512 MiB)");
    }
  }
  for (std::string_view rest = channel.augmented_manifest; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (end > 0) plan.lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return plan;
}

bool is_reference(const std::string& attribute) {
  return attribute.ends_with("-ref");
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xff);
}

}  // namespace

std::size_t record_count(const PipePlan& plan) {
  return plan.lines.empty() ? plan.uris.size() : plan.lines.size();
}

std::vector<PipePart> parts_of(const PipePlan& plan, std::size_t index) {
  if (plan.lines.empty()) return {PipePart{.file = index, .text = ""}};
  const auto& attributes = plan.source.attributes;
  std::size_t file =
      index * static_cast<std::size_t>(std::ranges::count_if(attributes, is_reference));
  const json::value line = json::parse(plan.lines[index]);
  std::vector<PipePart> parts;
  for (const auto& attribute : attributes) {
    const auto* value = line.is_object() ? line.get_object().if_contains(attribute) : nullptr;
    if (!value) {
      throw Error(ErrorKind::kInvalid, "line " + std::to_string(index + 1) +
                                           " of the augmented manifest lacks the attribute " +
                                           attribute);
    }
    if (is_reference(attribute)) {
      parts.push_back({.file = file++, .text = ""});
    } else {
      parts.push_back({.file = {},
                       .text = value->is_string() ? std::string(value->get_string())
                                                  : json::serialize(*value)});
    }
  }
  return parts;
}

std::string record_io_head(std::uint64_t bytes) {
  if (bytes > kLargestRecord) {
    throw Error(ErrorKind::kInvalid, "is larger than a RecordIO record can be (512 MiB)");
  }
  std::string head;
  append_little_endian(head, kMagic);
  append_little_endian(head, static_cast<std::uint32_t>(bytes));
  return head;
}

std::size_t record_io_padding(std::uint64_t bytes) {
  return (4 - bytes % 4) % 4;
}

void prepare_pipes(const agent_protocol::Inputs& inputs, const container::Workplace& place,
                   ObjectCalls& objects) {
  json::array plans;
  for (const auto& channel : inputs.channels) {
    if (!channel.pipe) continue;
    plans.push_back(to_json(plan_of(channel)));
    InputChannel numbered{.name = channel.name,
                          .compression = "None",
                          .files = channel.files,
                          .augmented_manifest = {},
                          .pipe = {},
                          .folder = {}};
    for (std::size_t i = 0; i < numbered.files.size(); ++i) {
      numbered.files[i].path = std::to_string(i);
    }
    place_channel(numbered, pipe_files(place, channel.name), objects);
    for (const std::uint64_t epoch : {0, 1}) {
      const fs::path pipe = place.ml() / "input/data" / pipe_name(channel.name, epoch);
      if (::mkfifo(pipe.c_str(), 0600) != 0 || ::chmod(pipe.c_str(), 0666) != 0) {
        throw_errno("make the pipe " + pipe.string());
      }
    }
  }
  if (!plans.empty()) write_file_atomically(plan_file(place), json::serialize(plans));
}

std::vector<PipePlan> read_pipe_plans(const container::Workplace& place) {
  const json::value all = json::parse(read_file(plan_file(place)));
  std::vector<PipePlan> plans;
  for (const auto& plan : all.as_array()) plans.push_back(plan_from(plan.as_object()));
  return plans;
}

bool has_pipes(const container::Workplace& place) {
  return fs::exists(plan_file(place));
}

fs::path pipe_files(const container::Workplace& place, const std::string& channel) {
  return place.root / "pipes" / channel;
}

std::string pipe_name(const std::string& channel, std::uint64_t epoch) {
  return channel + "_" + std::to_string(epoch);
}

}  // namespace sagebrush::agent
