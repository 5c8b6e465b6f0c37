#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/duration_text.h"
#include "cli/exit_codes.h"
#include "cli/interrupt.h"
#include "cli/job_follower.h"
#include "cli/job_name.h"
#include "cli/json_value.h"
#include "cli/key_value.h"
#include "cli/time_budget.h"
#include "cli/tone.h"
#include "cli/training_run.h"
#include "cli/upload.h"

namespace sagebrush::cli {
namespace {

struct Flags {
  JobRequest request;  // what goes into it as it is
  std::string hyperparameter_file;
  std::vector<std::string> hyperparameters;
  std::vector<std::string> inputs;
  std::vector<std::string> environment;
  std::vector<std::string> stray_words;  // what is no flag; "--" and after it is not in here
  std::string model_dir;
  bool detach = false;
  bool wait = false;
  bool stop_on_interrupt = false;
};

// The request as far as flags and files say it; paths of this machine are still in `inputs`.
JobRequest request_of(const Flags& flags) {
  JobRequest request = flags.request;
  if (request.name.empty()) request.name = new_job_name(base_of_image(request.image), now());
  if (!flags.hyperparameter_file.empty()) {
    request.hyperparameters =
        hyperparameters_from_yaml(read_file(flags.hyperparameter_file), flags.hyperparameter_file);
  }
  set_hyperparameters(request.hyperparameters, flags.hyperparameters);
  for (const std::string& pair : flags.environment)
    request.environment.insert(parse_key_value("--env", pair));
  for (const std::string& pair : flags.inputs) {
    auto [channel, source] = parse_key_value("--input", pair);
    if (!request.inputs.emplace(channel, source).second) {
      throw Error(ErrorKind::kInvalid, "--input " + channel + " is given twice");
    }
  }
  return request;
}

// Puts inputs that are files or folders of this machine below s3://<default
// bucket>/<job>/input/<channel>/.
void upload_inputs(JobRequest& request, Cloud& cloud, Context& context,
                   const Interrupt& interrupt) {
  for (auto& [channel, source] : request.inputs) {
    if (is_s3_uri(source)) {
      parse_s3_uri(source);
      continue;
    }
    const S3Uri target{cloud.default_bucket(), request.name + "/input/" + channel + "/"};
    const auto files = files_to_upload(source, target);
    ensure_bucket(cloud, target.bucket, context.terminal);
    context.terminal.message(fmt::format("uploading {} to {}", source, target.text()));
    upload(cloud, target.bucket, files, kUploadThreads, context.terminal, interrupt);
    source = target.text();
  }
}

[[noreturn]] void on_interrupt(const std::string& name, bool stop, Cloud& cloud,
                               const Context& context) {
  if (stop) {
    cloud.sagemaker("StopTrainingJob", {{"TrainingJobName", name}});
    throw Interrupted(name + " is being stopped");
  }
  throw Interrupted(fmt::format("detached: {0} goes on\n  {1} logs -f {0}\n  {1} jobs stop {0}",
                                name, context.program));
}

// Shows what came out of an ended job; returns the exit code.
int report(const boost::json::object& job, const Flags& flags, Cloud& cloud, Context& context) {
  const StreamLook& look = context.terminal.err_look();
  const std::string status = text_at(job, "TrainingJobStatus");
  const std::string reason = text_at(job, "FailureReason");
  context.terminal.message("\nWhere the time went\n" +
                           render_budget(time_budget(job, now()), look.width, look.colour));
  const int code = exit_code_of(job);
  const std::string line = fmt::format("{}: {}{}", text_at(job, "TrainingJobName"),
                                       paint(status, tone_of_status(status), look.colour),
                                       reason.empty() ? "" : "\n" + reason);
  if (code == kSuccess)
    context.terminal.message(line);
  else
    context.terminal.warning(line);
  if (status == "Completed") {
    const std::string folder =
        flags.model_dir.empty() ? text_at(job, "TrainingJobName") : flags.model_dir;
    context.terminal.out_line(download_model(cloud, job, folder, context.terminal).string());
  }
  return code;
}

int run_train(const Flags& flags, Context& context) {
  if (!flags.stray_words.empty()) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("'{}' belongs to no flag; what the container is to get goes after --",
                            flags.stray_words.front()));
  }
  JobRequest request = request_of(flags);
  request.arguments = context.words_after_dashes;
  Cloud cloud(context.options, context.environment);
  const Interrupt interrupt;
  if (request.image == kBuiltInImage && cloud.is_aws()) {
    throw ConfigurationError("AWS does not have the built-in image: name one with --image");
  }
  if (request.role.empty()) request.role = default_role(cloud);
  upload_inputs(request, cloud, context, interrupt);
  if (request.output.empty()) {
    ensure_bucket(cloud, cloud.default_bucket(), context.terminal);
    request.output = "s3://" + cloud.default_bucket() + "/";
  }
  interrupt.throw_if_seen();
  create_job(cloud, request, context.program, context.terminal);
  if (flags.detach) {
    context.terminal.out_line(request.name);
    return kSuccess;
  }
  try {
    JobFollower follower(cloud, context.terminal, interrupt, request.name);
    return report(follower.follow(), flags, cloud, context);
  } catch (const Interrupted&) {
    on_interrupt(request.name, flags.stop_on_interrupt, cloud, context);
  }
}

void add_job_flags(CLI::App& command, Flags& flags) {
  JobRequest& request = flags.request;
  command.add_option("-n,--name", request.name, "Name of the job [the image's, with the time]");
  command.add_option("--image", request.image, fmt::format("Training image [{}]", kBuiltInImage));
  command
      .add_option("--hyperparameters", flags.hyperparameter_file,
                  "YAML map; lists and maps inside become JSON")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  command.add_option("--hp", flags.hyperparameters, "One hyperparameter; wins over the file's")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--input", flags.inputs, "A channel; what is no s3:// address is uploaded")
      ->type_name("CHANNEL=s3://…|PATH")
      ->allow_extra_args(false);
  command
      .add_option("--output", request.output,
                  "Where the model goes [s3://sagemaker-REGION-ACCOUNT/]")
      ->type_name("s3://…");
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
  command.add_option("-e,--env", flags.environment, "Environment variable of the container")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--entrypoint", request.entrypoint,
                  "Program in place of the image's; once for each word")
      ->type_name("WORD")
      ->allow_extra_args(false);
  command.add_option("arguments", flags.stray_words,
                     "After --: arguments of the container in place of `train`");
}

}  // namespace

void add_train(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("train", "Creates a training job, follows it and downloads its model");
  command->fallthrough();
  add_job_flags(*command, *flags);
  command
      ->add_option("--model-dir", flags->model_dir, "Where model.tar.gz goes at the end [./NAME]")
      ->type_name("DIR");
  CLI::Option* detach = command->add_flag("-d,--detach", flags->detach,
                                          "Return once the job is created; prints its name");
  command->add_flag("--wait", flags->wait, "Follow the job to its end (the default)")
      ->excludes(detach);
  command->add_flag("--stop-on-interrupt", flags->stop_on_interrupt,
                    "Ctrl-C stops the job instead of detaching");
  command->callback([flags, &chosen] {
    chosen = [flags](Context& context) { return run_train(*flags, context); };
  });
}

}  // namespace sagebrush::cli
