#include "cli/data_prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

#include "aws/s3_client.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/child_process.h"
#include "cli/demo_data.h"
#include "cli/environment.h"
#include "cli/interrupt.h"
#include "cli/public_archive.h"
#include "cli/upload.h"

namespace sagebrush::cli {
namespace fs = std::filesystem;
namespace {

std::string vision_program() {
  std::error_code code;
  const fs::path beside =
      fs::read_symlink("/proc/self/exe", code).parent_path() / "sagebrush-vision";
  return fs::exists(beside, code) ? beside.string() : "sagebrush-vision";
}

fs::path images_of(const PrepareFlags& flags, Context& context) {
  if (!flags.folder.empty()) return flags.folder;
  const fs::path cache = user_data_directory(context.environment) / "datasets";
  const Interrupt interrupt;
  if (flags.format == "cifar10")
    return fetch_archive(cifar10_archive(), cache, context.terminal, interrupt);
  if (flags.format == "mnist") {
    const DemoData mnist = find_mnist(cache, context.environment, context.terminal, interrupt);
    context.terminal.message(fmt::format("{}: {}", mnist.name, mnist.source));
    return mnist.folder;
  }
  throw Error(ErrorKind::kInvalid,
              fmt::format("{} needs the folder with its images; only cifar10 and mnist are "
                          "downloaded",
                          flags.format));
}

int preprocess(const PrepareFlags& flags, const fs::path& images, const fs::path& output) {
  ProgramCall call;
  call.arguments = {vision_program(), "preprocess", "--input",  images,
                    "--output",       output,       "--format", flags.format};
  call.arguments.insert(call.arguments.end(), flags.passed.begin(), flags.passed.end());
  return ChildProcess(call).wait();
}

bool is_shard(std::string_view name) {
  if (!name.ends_with(".npy") || !(name.starts_with("images-") || name.starts_with("labels-")))
    return false;
  name.remove_prefix(7);
  name.remove_suffix(4);
  return name.size() >= 5 && name.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_manifest(const LocalFile& file) {
  return file.path.filename() == "manifest.json";
}

// What preprocess has written below `output`, which may hold other files too.
std::vector<LocalFile> prepared_files(const fs::path& output, const S3Uri& target) {
  std::vector<LocalFile> files = files_to_upload(output, target);
  std::erase_if(files, [&](const LocalFile& file) {
    const std::string folder = file.path.parent_path().lexically_relative(output).string();
    const bool split = folder == "train" || folder == "validation" || folder == "test";
    return !(is_manifest(file) && (split || folder == ".")) &&
           !(split && is_shard(file.path.filename().string()));
  });
  return files;
}

// Removes an earlier call's manifest from a split's folder, so that nobody takes the one split of
// that call beside the other of this one, and then its shards that this one does not replace. Other
// objects stay, and so does all of a folder whose manifest is none of ours.
void remove_earlier(aws::S3Client& s3, const std::string& bucket, const std::string& folder,
                    const std::set<std::string>& replaced) {
  const std::string manifest = folder + "manifest.json";
  std::vector<std::string> shards;
  bool has_manifest = false;
  for (const aws::ObjectInfo& object : s3.list_objects(bucket, folder)) {
    has_manifest |= object.key == manifest;
    if (is_shard(object.key.substr(folder.size())) && !replaced.contains(object.key))
      shards.push_back(object.key);
  }
  if (!has_manifest || !s3.get_object(bucket, manifest).contains("sagebrush-vision prepared split"))
    return;
  s3.delete_object(bucket, manifest);
  for (const std::string& key : shards) s3.delete_object(bucket, key);
}

// Test images that are left of an earlier call may be among this one's training images.
void remove_earlier(aws::S3Client s3, const S3Uri& target, const std::vector<LocalFile>& files) {
  std::set<std::string> replaced;
  for (const LocalFile& file : files) replaced.insert(file.key);
  const std::string base =
      target.key.empty() || target.key.ends_with('/') ? target.key : target.key + "/";
  for (const char* split : {"train/", "validation/", "test/"})
    remove_earlier(s3, target.bucket, base + split, replaced);
}

}  // namespace

int run_prepare(const PrepareFlags& flags, Context& context) {
  if (flags.target.empty() && flags.output.empty())
    throw Error(ErrorKind::kInvalid,
                "--to s3://bucket/prefix says where the prepared images go; --output DIR keeps "
                "them in a folder instead, or as well");
  std::optional<S3Uri> target;
  if (!flags.target.empty()) target = parse_s3_uri(flags.target);
  std::optional<TemporaryDirectory> scratch;
  if (flags.output.empty()) scratch.emplace();
  const fs::path output = scratch ? scratch->path() : fs::path(flags.output);
  const fs::path images = images_of(flags, context);
  if (const int status = preprocess(flags, images, output); status != 0) return status;
  if (!target) return 0;
  const std::vector<LocalFile> files = prepared_files(output, *target);
  Cloud cloud(context.options, context.environment);
  const Interrupt interrupt;
  ensure_bucket(cloud, target->bucket, context.terminal);
  remove_earlier(cloud.s3(), *target, files);
  // A split is one when its manifest is there.
  std::size_t uploaded = 0;
  std::size_t unchanged = 0;
  for (const bool manifests : {false, true}) {
    std::vector<LocalFile> part;
    std::ranges::copy_if(files, std::back_inserter(part),
                         [&](const LocalFile& file) { return is_manifest(file) == manifests; });
    const UploadResult result =
        upload(cloud, target->bucket, part, kUploadThreads, context.terminal, interrupt);
    uploaded += result.uploaded;
    unchanged += result.unchanged;
  }
  context.terminal.message(fmt::format(
      "{} files uploaded, {} unchanged: {}; channels train, validation and test are its folders",
      uploaded, unchanged, target->text()));
  return 0;
}

}  // namespace sagebrush::cli
