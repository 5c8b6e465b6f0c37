#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/data_prepare.h"
#include "cli/interrupt.h"
#include "cli/upload.h"

namespace sagebrush::cli {
namespace {

struct Flags {
  std::string path;
  std::string target;
  int parallel = kUploadThreads;
};

int run_upload(const Flags& flags, Context& context) {
  const S3Uri target = parse_s3_uri(flags.target);
  warn_of_left_out(flags.path, context.terminal);
  const std::vector<LocalFile> files = files_to_upload(flags.path, target);
  Cloud cloud(context.options, context.environment);
  const Interrupt interrupt;
  ensure_bucket(cloud, target.bucket, context.terminal);
  const UploadResult result =
      upload(cloud, target.bucket, files, flags.parallel, context.terminal, interrupt);
  context.terminal.message(fmt::format("{} uploaded ({}), {} unchanged: {}", result.uploaded,
                                       human_bytes(result.uploaded_bytes), result.unchanged,
                                       target.text()));
  return 0;
}

void add_prepare(CLI::App& data, Command& chosen) {
  auto flags = std::make_shared<PrepareFlags>();
  CLI::App* command = data.add_subcommand(
      "prepare",
      "Splits and packs images for the image-classification algorithm, and uploads them");
  command->fallthrough();
  command->add_option("format", flags->format, "cifar10, mnist or imagefolder")
      ->required()
      ->check(CLI::IsMember({"cifar10", "mnist", "imagefolder"}));
  command->add_option(
      "folder", flags->folder,
      "Folder with the images; cifar10 and mnist are found or downloaded where it is left out");
  command->add_option("--to", flags->target, "s3://bucket/prefix; a missing bucket is made");
  command->add_option("--output", flags->output, "Keep the prepared files in this folder");
  for (const char* name : {"--validation", "--test", "--seed", "--size", "--channels"}) {
    command
        ->add_option_function<std::string>(
            name,
            [flags, name](const std::string& value) {
              flags->passed.insert(flags->passed.end(), {name, value});
            },
            "As of sagebrush-vision preprocess")
        ->type_name("N");
  }
  command->callback([flags, &chosen] {
    chosen = [flags](Context& context) { return run_prepare(*flags, context); };
  });
}

}  // namespace

void add_data(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* data = app.add_subcommand("data", "Puts training data into S3");
  data->fallthrough();
  data->require_subcommand(1);
  add_prepare(*data, chosen);
  CLI::App* command = data->add_subcommand(
      "upload", "Uploads a file or folder; what is there already with the same content is skipped");
  command->fallthrough();
  command->add_option("path", flags->path, "File or folder")->required()->type_name("PATH");
  command->add_option("target", flags->target, "s3://bucket/prefix; a missing bucket is made")
      ->required();
  command->add_option("--parallel", flags->parallel, "Files at once [8]")
      ->check(CLI::Range(1, 64))
      ->type_name("N");
  command->callback([flags, &chosen] {
    chosen = [flags](Context& context) { return run_upload(*flags, context); };
  });
}

}  // namespace sagebrush::cli
