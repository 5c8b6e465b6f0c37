#include "cli/train_upload.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <set>
#include <utility>

#include "aws/s3_client.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/interrupt.h"
#include "cli/s3_uri.h"
#include "cli/source_archive.h"
#include "cli/terminal.h"
#include "cli/upload.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

std::string machine_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

// Files that are no longer in the folder would still come to the job.
void remove_stale(Cloud& cloud, const S3Uri& target, const std::vector<LocalFile>& files) {
  std::set<std::string> wanted;
  for (const auto& file : files) wanted.insert(file.key);
  aws::S3Client s3 = cloud.s3();
  for (const auto& object : s3.list_objects(target.bucket, target.key)) {
    if (!wanted.contains(object.key)) s3.delete_object(target.bucket, object.key);
  }
}

std::string json_text(const std::string& text) {
  return boost::json::serialize(boost::json::string(text));
}

void put_source(const S3Uri& target, const fs::path& archive, std::uint64_t files, Cloud& cloud,
                Terminal& terminal) {
  ensure_bucket(cloud, target.bucket, terminal);
  aws::S3Client s3 = cloud.s3();
  if (s3.head_object(target.bucket, target.key)) {
    terminal.message("code unchanged: " + target.text());
    return;
  }
  s3.put_file(target.bucket, target.key, archive);
  terminal.message(fmt::format("uploaded the code: {} files, {}, {}", files,
                               human_bytes(fs::file_size(archive)), target.text()));
}

}  // namespace

std::string input_prefix(const std::string& path, const std::string& machine) {
  const fs::path whole = fs::weakly_canonical(path);
  std::string name = whole.filename();
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_') c = '-';
  }
  return fmt::format("input/{}-{}/", name, sha256_hex(machine + ":" + whole.string()).substr(0, 8));
}

void upload_inputs(JobRequest& request, const UploadPlace& place, Cloud& cloud, Terminal& terminal,
                   const Interrupt& interrupt) {
  for (auto& [channel, source] : request.inputs) {
    if (is_s3_uri(source)) {
      parse_s3_uri(source);
      continue;
    }
    const S3Uri target{place.bucket, input_prefix(source, machine_name())};
    warn_of_left_out(source, terminal);
    const auto files = files_to_upload(source, target);
    const std::string path = std::exchange(source, target.text());
    if (place.dry_run) continue;
    ensure_bucket(cloud, target.bucket, terminal);
    terminal.message(fmt::format("uploading {} to {}", path, target.text()));
    const auto result = upload(cloud, target.bucket, files, kUploadThreads, terminal, interrupt);
    remove_stale(cloud, target, files);
    terminal.message(fmt::format("  {} uploaded ({}), {} unchanged", result.uploaded,
                                 human_bytes(result.uploaded_bytes), result.unchanged));
  }
}

void upload_source(JobRequest& request, const std::string& script, const std::string& folder,
                   const UploadPlace& place, Cloud& cloud, Terminal& terminal) {
  const TemporaryDirectory scratch;
  const fs::path archive = scratch.path() / "sourcedir.tar.gz";
  const SourceArchive source = pack_source(script, folder, archive);
  const S3Uri target{place.bucket, "code/" + source.sha256 + "/sourcedir.tar.gz"};
  if (!place.dry_run) put_source(target, archive, source.files, cloud, terminal);
  request.hyperparameters["sagemaker_program"] = json_text(source.program);
  request.hyperparameters["sagemaker_submit_directory"] = json_text(target.text());
  request.hyperparameters["sagemaker_job_name"] = json_text(request.name);
  request.hyperparameters["sagemaker_region"] = json_text(cloud.region());
  request.hyperparameters["sagemaker_container_log_level"] = "20";
}

}  // namespace sagebrush::cli
