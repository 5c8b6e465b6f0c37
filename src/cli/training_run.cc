#include "cli/training_run.h"

#include <fmt/format.h>

#include <fstream>
#include <map>

#include "aws/s3_client.h"
#include "base/error.h"
#include "cli/json_value.h"
#include "cli/log_reader.h"
#include "cli/s3_uri.h"
#include "cli/terminal.h"

namespace sagebrush::cli {
namespace {

constexpr const char* kDefaultRole = "SageMakerExecutionRole";  // that every new server has

}  // namespace

std::string default_role(Cloud& cloud) {
  if (cloud.is_aws()) {
    throw ConfigurationError(
        "AWS needs to know the role that the job runs as: --role arn:aws:iam::ACCOUNT:role/NAME");
  }
  return fmt::format("arn:aws:iam::{}:role/{}", cloud.account(), kDefaultRole);
}

void create_job(Cloud& cloud, const JobRequest& request, std::string_view program,
                Terminal& terminal) {
  cloud.sagemaker("CreateTrainingJob", to_json(request));
  terminal.message(
      fmt::format("  {0}\n"
                  "  ├─ follow    {1} logs -f {0}\n"
                  "  ├─ describe  {1} jobs describe {0}\n"
                  "  └─ stop      {1} jobs stop {0}",
                  request.name, program));
}

std::filesystem::path download_model(Cloud& cloud, const boost::json::object& description,
                                     const std::filesystem::path& folder, Terminal& terminal) {
  const std::string uri = text_at(object_at(description, "ModelArtifacts"), "S3ModelArtifacts");
  if (uri.empty()) {
    throw Error(ErrorKind::kNotFound, text_at(description, "TrainingJobName") + " left no model");
  }
  const S3Uri source = parse_s3_uri(uri);
  const std::filesystem::path file = folder / std::filesystem::path(source.key).filename();
  std::filesystem::create_directories(folder);
  cloud.s3().get_file(source.bucket, source.key, file, [&](std::uint64_t received) {
    terminal.status(fmt::format("  model  {:.1f} MB", static_cast<double>(received) / 1e6));
  });
  terminal.clear_status();
  return file;
}

std::filesystem::path download_log(Cloud& cloud, const std::string& job,
                                   const std::filesystem::path& folder) {
  LogReader reader(cloud, job);
  // Streams come one after another; lines of the same moment stay in the order of their stream.
  std::multimap<Time, LogEvent> events;
  reader.read_new([&](const LogEvent& event) { events.emplace(event.time, event); });
  std::filesystem::create_directories(folder);
  const std::filesystem::path file = folder / "training.log";
  std::ofstream out(file, std::ios::binary);
  for (const auto& [time, event] : events) {
    if (reader.stream_count() > 1) out << event.host << "| ";
    out << event.message << '\n';
  }
  if (!out.flush()) throw Error(ErrorKind::kIo, "write " + file.string() + " failed");
  return file;
}

}  // namespace sagebrush::cli
