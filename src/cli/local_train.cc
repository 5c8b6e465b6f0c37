#include "cli/local_train.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/child_process.h"
#include "cli/exit_codes.h"
#include "cli/s3_uri.h"
#include "cli/source_archive.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

void require_local(const TrainFlags& flags, const JobRequest& request, const std::string& script) {
  const auto refuse = [](const std::string& what) {
    throw Error(ErrorKind::kInvalid, what + " needs a server: leave out --local");
  };
  if (script.empty()) {
    throw Error(ErrorKind::kInvalid, "--local needs a script: sagebrush train train.py --local");
  }
  if (!request.image.empty() && request.image != kHostImage) refuse("--image " + request.image);
  if (request.instance_count > 1) refuse("--count");
  if (request.spot) refuse("--use-spot");
  if (flags.detach) refuse("--detach");
  if (!request.checkpoint.empty()) refuse("--checkpoint");
  for (const auto& [channel, source] : request.inputs) {
    if (is_s3_uri(source)) refuse("--input " + channel + "=" + source);
    if (!fs::exists(source)) throw Error(ErrorKind::kNotFound, source + " does not exist");
  }
}

std::string agent_program() {
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "sagebrush-agent";
  if (fs::exists(program)) return program;
  throw Error(ErrorKind::kNotFound, program.string() + " is not there: it runs the container");
}

}  // namespace

int train_locally(const TrainFlags& flags, const JobRequest& given, Context& context) {
  const std::string script = script_of(flags);
  require_local(flags, given, script);
  JobRequest request = given;
  request.image = kHostImage;
  request.output = "s3://local/";
  const bool alone = flags.source_dir.empty();
  const fs::path program =
      alone ? fs::path(script).filename() : script_in(script, flags.source_dir);
  if (alone && !fs::is_regular_file(script)) {
    throw Error(ErrorKind::kNotFound, script + " is not a file");
  }
  request.hyperparameters["sagemaker_program"] = json::serialize(json::string(program.string()));
  json::object inputs;
  for (const auto& [channel, source] : request.inputs)
    inputs[channel] = fs::canonical(source).string();
  // "local" and not the job's name: the next run of an edited script replaces this one.
  const fs::path output = flags.model_dir.empty() ? "local" : flags.model_dir;
  fs::path known;
  try {
    known = user_data_directory(context.environment) / "runtime-version";
    fs::create_directories(known.parent_path());
  } catch (const std::exception&) {
    known.clear();  // asked anew each time
  }
  const TemporaryDirectory scratch;
  const fs::path file = scratch.path() / "run.json";
  write_file_atomically(
      file, json::serialize(
                json::object{{"request", to_json(request)},
                             {"source", fs::canonical(alone ? script : flags.source_dir).string()},
                             {"inputs", inputs},
                             {"output", fs::absolute(output).string()},
                             {"python", ""},
                             {"known_runtime", known.string()}}));
  // Ctrl-C reaches the child too, which ends the script; this process waits for that.
  for (const int signal : {SIGINT, SIGTERM}) ::signal(signal, SIG_IGN);
  // A closed terminal too, unless nohup has it ignored, which the child has to see.
  if (::signal(SIGHUP, [](int) {}) == SIG_IGN) ::signal(SIGHUP, SIG_IGN);
  ChildProcess child({.arguments = {agent_program(), "local", file.string()},
                      .working_directory = {},
                      .output_file = {},
                      .own_session = false});
  const int code = child.wait();
  if (code == kSuccess) context.terminal.out_line((output / "model").string());
  return code;
}

}  // namespace sagebrush::cli
