// Script mode in an attempt: the agent in the place of the training toolkit.
#include <fcntl.h>

#include <boost/json.hpp>

#include "agent/attempt.h"
#include "agent/script_container.h"
#include "agent_protocol/image_config.h"
#include "agent_protocol/json_reader.h"
#include "base/file.h"
#include "container/frame_log.h"
#include "container/replace_file.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace agent_protocol;

// What an environment's own activate script sets.
void use_environment(std::vector<std::string>& variables) {
  for (auto& variable : variables) {
    if (variable.starts_with("PATH=")) {
      variable = "PATH=" + std::string(kEnvironmentFolder) + "/bin:" + variable.substr(5);
    }
  }
  variables.push_back("VIRTUAL_ENV=" + std::string(kEnvironmentFolder));
}

json::object to_json(const PackagePlan& plan) {
  return {{"key", plan.key},         {"interpreter", plan.interpreter},
          {"image", plan.image},     {"baked", plan.baked},
          {"package", plan.package}, {"requirements", plan.requirements}};
}

PackagePlan plan_from(const json::object& object) {
  const JsonReader in(object);
  return {.key = in.text("key"),
          .interpreter = in.text("interpreter"),
          .image = in.text_or("image", ""),
          .baked = in.text_or("baked", ""),
          .package = in.boolean("package"),
          .requirements = in.boolean("requirements")};
}

// DATA, which all attempts of this machine share.
fs::path data_folder(const AttemptFolder& folder, const container::Workplace& place) {
  const fs::path jobs = folder.root.parent_path().parent_path().parent_path();
  return jobs.filename() == "jobs" ? jobs.parent_path() : place.root;
}

// The words of the toolkit's own log, where people look for what ran.
void tell_command(const fs::path& log, const std::string& line) {
  const File file = File::open(log, O_WRONLY | O_CREAT | O_APPEND);
  if (file.size() > 0) return;  // told by an agent before this one
  std::string frames;
  container::append_frame(frames, now(), container::Stream::kStdout,
                          "Invoking script with the following command: " + line);
  file.write_all(frames);
}

}  // namespace

void Attempt::use_script(const ScriptPlan& script, container::ContainerSpec& spec,
                         std::vector<container::Mount>& mounts) {
  std::string interpreter = script.interpreter;
  if (script.packages) {
    if (!spec_.image.registry) {
      const fs::path target = place_.rootfs() / fs::path(kEnvironmentFolder).relative_path();
      fs::create_directories(target);
      mounts.push_back(container::Mount::bind_read_only(
          package_install(*script.packages).environment(), target));
    }
    container::replace_file(packages(), json::serialize(to_json(*script.packages)));
    interpreter = kEnvironmentPython;
  }
  const ScriptCommand command =
      script_command(spec_, script.job, script.entry, interpreter, script.mpirun);
  run_in(spec, command,
         {.image = spec_.image.registry.has_value(),
          .mpi = !script.mpirun.empty(),
          .init = init_program()});
  if (!script.mpirun.empty()) {
    // A host's, where a host is one process; mpirun's processes have ranks of their own.
    std::erase_if(spec.environment, [](const std::string& variable) {
      return variable.starts_with("RANK=") || variable.starts_with("WORLD_SIZE=") ||
             variable.starts_with("LOCAL_RANK=");
    });
  }
  if (script.packages) use_environment(spec.environment);
  const std::string line = shell_line(command.words);
  container::replace_file(script_line(), line);
  tell_command(folder_.output_log(), line);
}

PackageInstall Attempt::package_install(const PackagePlan& plan) const {
  const auto* isolated = spec_.request.if_contains("EnableNetworkIsolation");
  PackageInstall install{.store = {data_folder(folder_, place_) / "venvs"},
                         .plan = plan,
                         .code = place_.ml() / "code",
                         .image = {},
                         .scratch = folder_.root / "packages",
                         .log = folder_.output_log(),
                         .cgroup_path = cgroup_path_ + "-packages",
                         .runtime = runtime_,
                         .network = !isolated || !isolated->is_bool() || !isolated->get_bool()};
  if (image_ && image_->held()) {
    install.image = {image_->roots(), image_->lock_files(),
                     ImageConfig::of(spec_.image.registry->config).environment};
  }
  return install;
}

// Between stage in and the container. nullopt: go on.
std::optional<ExitRecord> Attempt::install_needed_packages() {
  if (!fs::exists(packages())) return std::nullopt;
  const PackagePlan plan = plan_from(json::parse(read_file(packages())).as_object());
  logs_.emplace(spec_, folder_.output_log(), orders_);
  const InstallResult result = install_packages(package_install(plan), orders_);
  if (result.end == InstallEnd::kInstalled) {
    logs_.reset();
    return std::nullopt;
  }
  if (result.end == InstallEnd::kStopped) return stopped_before_start();
  return failed("AlgorithmError: " + install_failure(plan, result.exit_code, last_errors()) +
                    ", exit code: 1",
                false);
}

}  // namespace sagebrush::agent
