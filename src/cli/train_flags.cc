#include "cli/train_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/job_name.h"
#include "cli/key_value.h"

namespace sagebrush::cli {
namespace {

constexpr const char* kInterruptTag = "sagebrush:interrupt-after";

void add_what_runs(CLI::App& command, TrainFlags& flags) {
  JobRequest& request = flags.request;
  command.add_option(
      "script", flags.words,
      "A script to run in script mode: train.py, run.sh, or a module in --source-dir");
  command
      .add_option("--source-dir", flags.source_dir,
                  "The script's folder, all of which goes with it [the script alone]")
      ->type_name("DIR");
  command.add_flag("--local", flags.local,
                   "Run the script in a container right here, without a server");
  command.add_option("-n,--name", request.name,
                     "Name of the job [the script's or image's, with the time]");
  command.add_option(
      "--image", request.image,
      fmt::format("Training image [{}, with a script {}]", kBuiltInImage, kHostImage));
  command
      .add_option("--entrypoint", request.entrypoint,
                  "Program in place of the image's; once for each word")
      ->type_name("WORD")
      ->allow_extra_args(false);
  command
      .add_option("--hyperparameters", flags.hyperparameter_file,
                  "YAML map; lists and maps inside become JSON")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  command.add_option("--hp", flags.hyperparameters, "One hyperparameter; wins over the file's")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("-e,--env", flags.environment, "Environment variable of the container")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--metric", flags.metrics, "A metric, by the regex that finds it in the log")
      ->type_name("NAME=REGEX")
      ->allow_extra_args(false);
}

void add_data(CLI::App& command, TrainFlags& flags) {
  command.add_option("--input", flags.inputs, "A channel; what is no s3:// address is uploaded")
      ->type_name("CHANNEL=s3://…|PATH")
      ->allow_extra_args(false);
  command
      .add_option("--output", flags.request.output,
                  "Where the model goes [s3://sagemaker-REGION-ACCOUNT/]")
      ->type_name("s3://…");
  command
      .add_option("--checkpoint", flags.request.checkpoint,
                  "Where /opt/ml/checkpoints is kept and restored from")
      ->type_name("s3://…");
}

void add_machines(CLI::App& command, TrainFlags& flags) {
  JobRequest& request = flags.request;
  command.add_option("--instance-type", request.instance_type, "Instance type [ml.m5.xlarge]")
      ->type_name("TYPE");
  command.add_option("--count", request.instance_count, "Instances [1]")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command.add_option("--volume-size", request.volume_size_gb, "Disk in GB [30]")
      ->check(CLI::PositiveNumber)
      ->type_name("GB");
  command.add_option("--max-run", request.max_run_seconds, "Stop after so many seconds [86400]")
      ->check(CLI::PositiveNumber)
      ->type_name("SECONDS");
  command.add_option("--role", request.role, "Execution role [the server's own]")->type_name("ARN");
  CLI::Option* spot = command.add_flag("--use-spot", request.spot,
                                       "Spare capacity that may be taken away: use --checkpoint");
  command
      .add_option("--max-wait", request.max_wait_seconds,
                  "With --use-spot: waiting and running together [as --max-run]")
      ->check(CLI::PositiveNumber)
      ->needs(spot)
      ->type_name("SECONDS");
  command
      .add_option("--interrupt-after", flags.interrupt_after,
                  "With --use-spot: rehearse one interruption after so long (60s, 5m)")
      ->needs(spot)
      ->type_name("TIME");
}

}  // namespace

void add_train_flags(CLI::App& command, TrainFlags& flags) {
  add_what_runs(command, flags);
  add_data(command, flags);
  add_machines(command, flags);
  command.add_option("--model-dir", flags.model_dir, "Where model and log go at the end [./NAME]")
      ->type_name("DIR");
  CLI::Option* detach = command.add_flag("-d,--detach", flags.detach,
                                         "Return once the job is created; prints its name");
  command.add_flag("--dry-run", flags.dry_run,
                   "Print the CreateTrainingJob request, and upload and create nothing");
  command.add_flag("--wait", flags.wait, "Follow the job to its end (the default)")
      ->excludes(detach);
  command.add_flag("--stop-on-interrupt", flags.stop_on_interrupt,
                   "Ctrl-C stops the job instead of detaching");
}

std::string script_of(const TrainFlags& flags) {
  if (flags.words.empty()) {
    if (!flags.source_dir.empty()) {
      throw Error(ErrorKind::kInvalid, "--source-dir needs a script: sagebrush train train.py …");
    }
    return "";
  }
  const std::string& script = flags.words.front();
  const bool many = flags.words.size() > 1;
  // A word that is no file is a flag's value that got lost, not a script.
  const bool there = std::filesystem::exists(script) ||
                     std::filesystem::exists(std::filesystem::path(flags.source_dir) / script) ||
                     script.ends_with(".py") || script.ends_with(".sh");
  if (many || !there || !flags.request.entrypoint.empty()) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("'{}' belongs to no flag; what the container is to get goes after --",
                            flags.words.back()));
  }
  return script;
}

std::int64_t parse_seconds(std::string_view flag, std::string_view text) {
  std::int64_t unit = 1;
  std::string_view number = text;
  if (number.ends_with('s') || number.ends_with('m') || number.ends_with('h')) {
    unit = number.back() == 's' ? 1 : number.back() == 'm' ? 60 : 3600;
    number.remove_suffix(1);
  }
  const auto value = parse_unsigned(number);
  if (!value || *value == 0 || *value > 2'592'000) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("{} takes a time such as 60s, 5m or 2h, not '{}'", flag, text));
  }
  return static_cast<std::int64_t>(*value) * unit;
}

std::string framework_image(std::string_view region, std::string_view instance_type) {
  const bool gpu = instance_type.starts_with("ml.p") || instance_type.starts_with("ml.g");
  return fmt::format("763104351884.dkr.ecr.{}.amazonaws.com/pytorch-training:2.5.1-{}-sagemaker",
                     region, gpu ? "gpu-py311-cu124-ubuntu22.04" : "cpu-py311-ubuntu22.04");
}

JobRequest request_of(const TrainFlags& flags) {
  JobRequest request = flags.request;
  const std::string script = script_of(flags);
  if (request.name.empty()) {
    const std::string image = request.image.empty() ? kBuiltInImage : request.image;
    const std::string base =
        script.empty() ? base_of_image(image) : std::filesystem::path(script).stem().string();
    request.name = new_job_name(base, now());
  }
  if (!flags.hyperparameter_file.empty()) {
    request.hyperparameters =
        hyperparameters_from_yaml(read_file(flags.hyperparameter_file), flags.hyperparameter_file);
  }
  set_hyperparameters(request.hyperparameters, flags.hyperparameters);
  for (const std::string& pair : flags.environment)
    request.environment.insert(parse_key_value("--env", pair));
  for (const std::string& pair : flags.metrics)
    request.metrics.push_back(parse_key_value("--metric", pair));
  for (const std::string& pair : flags.inputs) {
    auto [channel, source] = parse_key_value("--input", pair);
    if (!request.inputs.emplace(channel, source).second) {
      throw Error(ErrorKind::kInvalid, "--input " + channel + " is given twice");
    }
  }
  if (!flags.interrupt_after.empty()) {
    request.tags[kInterruptTag] =
        std::to_string(parse_seconds("--interrupt-after", flags.interrupt_after));
  }
  return request;
}

}  // namespace sagebrush::cli
