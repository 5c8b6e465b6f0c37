#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/interrupt.h"
#include "cli/job_follower.h"
#include "cli/json_value.h"
#include "cli/last_job.h"
#include "cli/local_train.h"
#include "cli/time_budget.h"
#include "cli/tone.h"
#include "cli/train_flags.h"
#include "cli/train_upload.h"
#include "cli/training_run.h"
#include "cli/upload.h"

namespace sagebrush::cli {
namespace {

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
int report(const boost::json::object& job, const TrainFlags& flags, Cloud& cloud,
           Context& context) {
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
  const std::string folder =
      flags.model_dir.empty() ? text_at(job, "TrainingJobName") : flags.model_dir;
  const auto log = download_log(cloud, text_at(job, "TrainingJobName"), folder);
  if (code != kSuccess) context.terminal.message("the whole log: " + log.string());
  // A job that was stopped may have left a model too.
  if (!text_at(object_at(job, "ModelArtifacts"), "S3ModelArtifacts").empty()) {
    context.terminal.out_line(download_model(cloud, job, folder, context.terminal).string());
  }
  return code;
}

// Which image, once it is known where the job goes.
void choose_image(JobRequest& request, const std::string& script, const Cloud& cloud) {
  if (!request.image.empty()) return;
  if (!cloud.is_aws()) {
    request.image = script.empty() ? kBuiltInImage : kHostImage;
  } else if (script.empty()) {
    throw ConfigurationError("AWS does not have the built-in image: name one with --image");
  } else {
    request.image = framework_image(cloud.region(), request.instance_type);
  }
}

// The SDK's default bucket. A dry run asks nobody for the account: the role's says it.
std::string bucket_for(const JobRequest& request, bool dry_run, Cloud& cloud) {
  if (!dry_run) return cloud.default_bucket();
  const auto parts = split(request.role, ':');
  const std::string account = parts.size() > 4 ? std::string(parts[4]) : cloud.account();
  return fmt::format("sagemaker-{}-{}", cloud.region(), account);
}

int run_train(const TrainFlags& flags, Context& context) {
  const std::string script = script_of(flags);
  JobRequest request = request_of(flags);
  request.arguments = context.words_after_dashes;
  if (flags.local) return train_locally(flags, request, context);
  Cloud cloud(context.options, context.environment);
  const Interrupt interrupt;
  choose_image(request, script, cloud);
  if (request.role.empty()) request.role = default_role(cloud);
  const UploadPlace place{bucket_for(request, flags.dry_run, cloud), flags.dry_run};
  upload_inputs(request, place, cloud, context.terminal, interrupt);
  if (!script.empty()) {
    upload_source(request, script, flags.source_dir, place, cloud, context.terminal);
  }
  const bool ours = request.output.empty();
  if (ours) request.output = "s3://" + place.bucket + "/";
  if (flags.dry_run) {
    context.terminal.out_line(pretty_json(to_json(request)));
    return kSuccess;
  }
  if (ours) ensure_bucket(cloud, place.bucket, context.terminal);
  interrupt.throw_if_seen();
  create_job(cloud, request, context.program, context.terminal);
  remember_job(request.name);
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

}  // namespace

void add_train(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App* command =
      app.add_subcommand("train", "Creates a training job, follows it and downloads its model");
  command->fallthrough();
  add_train_flags(*command, *flags);
  command->callback([flags, &chosen] {
    chosen = [flags](Context& context) { return run_train(*flags, context); };
  });
}

}  // namespace sagebrush::cli
