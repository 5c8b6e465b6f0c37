#include "cli/data_prepare.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

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
  const std::vector<LocalFile> files = files_to_upload(output, *target);
  Cloud cloud(context.options, context.environment);
  const Interrupt interrupt;
  ensure_bucket(cloud, target->bucket, context.terminal);
  const UploadResult result =
      upload(cloud, target->bucket, files, kUploadThreads, context.terminal, interrupt);
  context.terminal.message(fmt::format(
      "{} files uploaded, {} unchanged: {}; channels train, validation and test are its folders",
      result.uploaded, result.unchanged, target->text()));
  return 0;
}

}  // namespace sagebrush::cli
