#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "base/error.h"
#include "cli/accuracy.h"
#include "cli/commands.h"
#include "cli/demo_data.h"
#include "cli/demo_server.h"
#include "cli/duration_text.h"
#include "cli/exit_codes.h"
#include "cli/job_follower.h"
#include "cli/job_name.h"
#include "cli/json_value.h"
#include "cli/local_server.h"
#include "cli/shell_exports.h"
#include "cli/time_budget.h"
#include "cli/tone.h"
#include "cli/training_run.h"
#include "cli/upload.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kBucket = "sagebrush-demo";

struct Flags {
  std::string data_dir;
  std::string output = "model";
  bool keep_server = false;
};

struct Trained {
  json::object description;
  std::optional<double> accuracy;
};

// "127.0.0.1:9000" of "http://127.0.0.1:9000".
std::string_view address_of(std::string_view url) {
  return url.substr(url.rfind('/') + 1);
}

JobRequest demo_request(const DemoData& data, Cloud& cloud) {
  JobRequest request;
  request.name = new_job_name("demo", now());
  request.hyperparameters = data.hyperparameters;
  const std::string folder = fmt::format("s3://{}/{}", kBucket, data.folder.filename().string());
  request.inputs = {{"train", folder + "/train/"}, {"test", folder + "/test/"}};
  request.output = fmt::format("s3://{}/models", kBucket);
  request.role = default_role(cloud);
  request.max_run_seconds = 3600;
  return request;
}

void upload_data(const DemoData& data, Cloud& cloud, Terminal& terminal,
                 const Interrupt& interrupt) {
  const S3Uri target{kBucket, data.folder.filename().string() + "/"};
  ensure_bucket(cloud, kBucket, terminal);
  const UploadResult result = upload(cloud, kBucket, files_to_upload(data.folder, target),
                                     kUploadThreads, terminal, interrupt);
  terminal.message(fmt::format("  {} files at {}{}", result.uploaded + result.unchanged,
                               target.text(),
                               result.uploaded == 0 ? " (there from an earlier run)" : ""));
}

// On Ctrl-C the job is stopped too, as the server that would go on with it ends with this command.
Trained train(const JobRequest& request, bool stop_on_interrupt, Cloud& cloud, Context& context,
              Interrupt& interrupt) {
  Terminal& terminal = context.terminal;
  create_job(cloud, request, context.program, terminal);
  Trained trained;
  JobFollower follower(cloud, terminal, interrupt, request.name);
  follower.on_line([&trained](const std::string& line) {
    if (auto accuracy = accuracy_in(line)) trained.accuracy = accuracy;
  });
  try {
    trained.description = follower.follow();
  } catch (const Interrupted&) {
    if (!stop_on_interrupt) throw Interrupted("detached: " + request.name + " goes on");
    interrupt.forget();
    terminal.message("stopping " + request.name + " (Ctrl-C again leaves at once)");
    cloud.sagemaker("StopTrainingJob", {{"TrainingJobName", request.name}});
    follower.follow();
    throw Interrupted(request.name + " was stopped");
  }
  if (auto accuracy = final_accuracy(trained.description)) trained.accuracy = accuracy;
  return trained;
}

// server_runs: whether it still does.
std::string next_commands(const ServerRecord& server, bool server_runs, const DemoData& data,
                          const std::string& job, std::string_view program) {
  std::string text = "\nTo go on from here:\n";
  if (!server_runs) {
    text += fmt::format("  {} serve --data-dir {} --listen {} --tls-listen {} &\n", program,
                        shell_quote(server.data_dir), address_of(server.url),
                        address_of(server.tls_url));
  }
  text += fmt::format(
      "  eval \"$({3} env --data-dir {0})\"\n"
      "  {3} jobs describe {1}\n"
      "  {3} logs {1}\n"
      "  {3} train --input train=s3://{2}/{4}/train/ --input test=s3://{2}/{4}/test/ "
      "--hp epochs=5\n"
      "  aws --endpoint-url $AWS_ENDPOINT_URL sagemaker describe-training-job --training-job-name "
      "{1}\n"
      "  aws --endpoint-url $AWS_ENDPOINT_URL logs tail /aws/sagemaker/TrainingJobs --since 1h\n"
      "  aws --endpoint-url $AWS_ENDPOINT_URL s3 ls s3://{2}/models/{1}/output/\n",
      shell_quote(server.data_dir), job, kBucket, program, data.folder.filename().string());
  return text;
}

// Prints what came out; returns the exit code.
int report(const Trained& trained, const DemoData& data, const fs::path& output, Cloud& cloud,
           Terminal& terminal) {
  const StreamLook& look = terminal.err_look();
  const json::object& job = trained.description;
  terminal.message("\nWhere the time went\n" +
                   render_budget(time_budget(job, now()), look.width, look.colour));
  if (text_at(job, "TrainingJobStatus") != "Completed") {
    terminal.warning(fmt::format("{}: {}\n{}", text_at(job, "TrainingJobName"),
                                 paint(text_at(job, "TrainingJobStatus"), Tone::kBad, look.colour),
                                 text_at(job, "FailureReason")));
    return exit_code_of(job);
  }
  const fs::path model = download_model(cloud, job, output, terminal);
  terminal.out_line(fmt::format("Model          {}", model.string()));
  if (!trained.accuracy) {
    terminal.warning("the job completed, but neither its metrics nor its log tell an accuracy");
    return kJobFailed;
  }
  const bool good = *trained.accuracy >= data.expected_accuracy;
  terminal.out_line(fmt::format(
      "Test accuracy  {}", paint(fmt::format("{:.4f}", *trained.accuracy),
                                 good ? Tone::kGood : Tone::kBad, terminal.out_look().colour)));
  if (!good) {
    terminal.warning(fmt::format("at least {} was to be expected", data.expected_accuracy));
    return kJobFailed;
  }
  return kSuccess;
}

int run_demo(const Flags& flags, Context& context) {
  Terminal& terminal = context.terminal;
  Interrupt interrupt;
  const fs::path data_dir = fs::absolute(flags.data_dir.empty() ? demo_data_dir(context.environment)
                                                                : fs::path(flags.data_dir));
  terminal.message("1. Data");
  const DemoData data =
      find_demo_data(data_dir / "datasets", context.environment, terminal, interrupt);
  terminal.message(fmt::format("  {}\n  from {}", data.name, data.source));

  terminal.message("2. Server");
  DemoServer server(data_dir, interrupt);
  terminal.message(fmt::format("  {} {} (data in {})",
                               server.started_here() ? "started:" : "runs already:",
                               server.record().url, data_dir.string()));
  const bool ends_with_us = server.started_here() && !flags.keep_server;
  if (server.started_here() && flags.keep_server) server.keep();
  Cloud cloud(server.record(), context.environment);

  terminal.message("3. Upload");
  upload_data(data, cloud, terminal, interrupt);

  terminal.message("4. Training job");
  const JobRequest request = demo_request(data, cloud);
  const Trained trained = train(request, ends_with_us, cloud, context, interrupt);
  const int code = report(trained, data, flags.output, cloud, terminal);
  if (ends_with_us) server.stop();
  terminal.message(
      next_commands(server.record(), !ends_with_us, data, request.name, context.program));
  return code;
}

}  // namespace

void add_demo(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand(
      "demo",
      "Trains handwritten digits end to end: server, data, training job, log, model, accuracy");
  command->fallthrough();
  command
      ->add_option("--data-dir", flags->data_dir,
                   "The server's data folder [~/.local/share/sagebrush/demo]")
      ->type_name("DIR");
  command->add_option("--output", flags->output, "Where model.tar.gz goes [./model]")
      ->type_name("DIR");
  command->add_flag("--keep-server", flags->keep_server, "Leave the server running at the end");
  command->callback([flags, &chosen] {
    chosen = [flags](Context& context) { return run_demo(*flags, context); };
  });
}

}  // namespace sagebrush::cli
