#include "agent/script_plan.h"

#include <fmt/format.h>

#include "agent/code_folder.h"
#include "agent/script_launcher.h"
#include "agent/script_source.h"
#include "base/error.h"
#include "container/image_program.h"

namespace sagebrush::agent {

namespace fs = std::filesystem;
using agent_protocol::Spec;

bool plays_toolkit(const Spec& spec, const container::LayerStack* layers,
                   const std::vector<std::string>& environment) {
  if (!wants_toolkit(spec)) return false;
  return !layers || !container::find_program(*layers, container::path_of(environment), "train");
}

std::string image_interpreter(const container::LayerStack& layers, const std::string& path,
                              const std::string& wanted, const std::string& reference) {
  if (!wanted.empty()) {
    if (const auto found = container::find_program(layers, path, wanted)) return *found;
    throw Error(ErrorKind::kInvalid,
                fmt::format("the image {} has no program {}{}", reference, wanted,
                            wanted.contains('/') ? "" : " on its PATH"));
  }
  for (const char* name : {"python3", "python"}) {
    if (const auto found = container::find_program(layers, path, name)) return *found;
  }
  throw Error(ErrorKind::kInvalid,
              fmt::format("the image {} has neither python3 nor python on its PATH ({}), and no "
                          "program `train` of its own: build one of them into it",
                          reference, path));
}

namespace {

std::string find_mpirun(const Spec& spec, const container::LayerStack* layers,
                        const std::vector<std::string>& environment) {
  constexpr const char* kAsked = "hyperparameter sagemaker_mpi_enabled needs Open MPI's mpirun";
  if (layers) {
    const auto found = container::find_program(*layers, container::path_of(environment), "mpirun");
    if (found) return *found;
    throw Error(ErrorKind::kInvalid,
                fmt::format("{}: the image {} has none on its PATH", kAsked, spec.image.reference));
  }
  for (const char* path : {"/usr/local/bin/mpirun", "/usr/bin/mpirun"}) {
    if (fs::exists(path)) return path;
  }
  throw Error(ErrorKind::kInvalid, fmt::format("{}: install openmpi-bin and python3-mpi4py on this "
                                               "machine",
                                               kAsked));
}

}  // namespace

std::optional<ScriptPlan> plan_script(const Spec& spec, const container::LayerStack* layers,
                                      const std::vector<std::string>& environment,
                                      const container::Workplace& place, ObjectCalls& objects) {
  if (!plays_toolkit(spec, layers, environment)) return std::nullopt;
  ScriptPlan plan;
  plan.job = script_job(spec).value();
  const Launcher launcher = launcher_of(spec, plan.job);
  if (launcher == Launcher::kMpi) plan.mpirun = find_mpirun(spec, layers, environment);
  const Source source = place_source(plan.job, place, layers, objects);
  plan.entry = entry_in(plan.job, *source.code);
  plan.baked = source.baked;
  if (plan.entry == EntryPoint::kCommand && plan.baked.empty()) {
    make_executable(place.ml() / "code", plan.job.program);
  }
  if (plan.entry != EntryPoint::kCommand || launcher == Launcher::kTorch ||
      needs_packages(*source.code, plan.entry)) {
    plan.interpreter =
        layers
            ? image_interpreter(*layers, container::path_of(environment), plan.job.interpreter,
                                spec.image.reference)
            : find_interpreter(plan.job.interpreter.empty() ? spec.python : plan.job.interpreter);
  }
  plan.packages = package_plan(*source.code, plan.entry, plan.interpreter, spec.image);
  if (plan.packages) plan.packages->baked = plan.baked;
  return plan;
}

}  // namespace sagebrush::agent
