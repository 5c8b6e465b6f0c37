// The part of an attempt before its container: what the server says, inputs, the root file system.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "agent/attempt.h"
#include "agent/config_files.h"
#include "agent/container_access.h"
#include "agent/container_variables.h"
#include "agent/input_tree.h"
#include "agent/patience.h"
#include "agent/stage_inputs.h"
#include "base/error.h"
#include "base/file.h"
#include "container/disk_reserve.h"
#include "container/gpu_cdi.h"
#include "container/host_rootfs.h"
#include "container/replace_file.h"
#include "container/runtime_config.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace agent_protocol;

constexpr const char* kScriptStage = "The script cannot be run";

void write(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw Error(ErrorKind::kIo, "write " + path.string() + " failed");
}

// No process may raise a hard limit above its own.
std::uint64_t open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw_errno("getrlimit");
  return std::min<std::uint64_t>(limit.rlim_max, 1'048'576);
}

// Of all attempts that this server's agents carry out on this machine: DATA/runtime-version.
fs::path known_runtime(const AttemptFolder& folder) {
  const fs::path jobs = folder.root.parent_path().parent_path().parent_path();
  return jobs.filename() == "jobs" ? jobs.parent_path() / "runtime-version" : fs::path();
}

}  // namespace

// The first word to the server: only who still holds the lease goes on.
void Attempt::begin() {
  Gate gate(spec_);
  runtime_ = container::find_runtime(spec_.runtime, known_runtime(folder_));
  const Report first{Phase::kStarting, now(), "Preparing the instances for training",
                     runtime_.description(), ""};
  orders_.update(until_available(orders_, [&] { return gate.report(first); }));
}

void Attempt::stage_in() {
  heartbeat_->enter(Phase::kDownloading, "Downloading input data");
  stage_ = "Data download failed";
  if (spec_.image.registry) start_image();
  Gate gate(spec_);
  const Inputs inputs = until_available(orders_, [&] { return gate.inputs(); });
  remove_tree(place_.root);  // whatever an agent that was killed midway has left
  for (const char* folder : {"input/config", "input/data", "model", "output/data",
                             "output/metrics/sagemaker", "code", "checkpoints"}) {
    fs::create_directories(place_.ml() / folder);
  }
  ObjectCalls objects(spec_, orders_);
  stage_inputs(inputs, place_, objects, orders_);
  fs::create_directories(checkpoint_root_ / checkpoint_below_);
  restore_checkpoints(inputs.checkpoints, checkpoint_root_ / checkpoint_below_, objects);
  for (const auto& [name, text] : config_files(spec_)) {
    write(place_.ml() / "input/config" / name, text);
  }
  for (const auto& [name, text] : manifest_files(spec_, inputs)) {
    write(place_.ml() / "input/data" / name, text);
  }
  if (spec_.image.registry) await_image();
  prepare_container(inputs, objects);
}

fs::path programs_folder() {
  return fs::read_symlink("/proc/self/exe").parent_path();
}

fs::path init_program() {
  return programs_folder() / "sagebrush-init";
}

// The root of a container on this machine's own system.
std::vector<container::Mount> Attempt::host_mounts(const Inputs& inputs,
                                                   const ScriptPlan* script) const {
  container::HostRootfs rootfs{.hostname = spec_.host,
                               .hosts_file = container::hosts_file(host_network().hosts),
                               .builtin_programs = {},
                               .channels = {}};
  if (spec_.image.kind == ImageKind::kBuiltin || (script && !script->mpirun.empty())) {
    rootfs.builtin_programs = programs_folder();
  }
  rootfs.channels = channels_of_files(inputs);
  auto mounts = container::build_host_rootfs(rootfs, place_);
  std::ranges::move(file_system_mounts(inputs, place_), std::back_inserter(mounts));
  if (checkpoint_below_.empty()) {
    const fs::path inside = checkpoint_path(spec_).relative_path();
    mounts.push_back(
        container::Mount::bind(checkpoint_root_, container::make_mount_point(place_, inside)));
  }
  return mounts;
}

// The machine's own system has the driver's libraries; an image gets them as the machine says.
void Attempt::use_gpus(container::ContainerSpec& spec) const {
  auto edits = spec_.image.registry
                   ? container::cdi_edits(spec_.limits.gpus, container::cdi_folders())
                   : std::nullopt;
  if (!edits) {
    spec.devices = container::gpu_nodes(spec_.limits.gpus);
    return;
  }
  spec.devices = std::move(edits->nodes);
  spec.mounts = std::move(edits->mounts);
  spec.hooks = std::move(edits->hooks);
  Variables variables;
  for (const auto& variable : edits->environment) {
    const auto equals = variable.find('=');
    variables[variable.substr(0, equals)] =
        equals == std::string::npos ? "" : variable.substr(equals + 1);
  }
  set_variables(spec.environment, variables, false);
}

void Attempt::prepare_container(const Inputs& inputs, ObjectCalls& objects) {
  container::ContainerSpec spec;
  spec.arguments = spec_.image.entrypoint;
  spec.arguments.insert(spec.arguments.end(), spec_.image.arguments.begin(),
                        spec_.image.arguments.end());
  if (spec.arguments.empty()) throw Error(ErrorKind::kInvalid, "the image has nothing to run");
  if (spec_.image.kind == ImageKind::kHost) spec.init = init_program();
  spec.environment = environment(spec_);
  std::optional<container::LayerStack> layers;
  if (spec_.image.registry) layers = image_layers();
  const std::string stage = std::exchange(stage_, kScriptStage);
  const auto script =
      plan_script(spec_, layers ? &*layers : nullptr, spec.environment, place_, objects);
  stage_ = stage;
  const ScriptPlan* plan = script ? &*script : nullptr;
  auto mounts = layers ? use_image(inputs, *layers, plan, spec) : host_mounts(inputs, plan);
  stage_ = kScriptStage;
  if (script) use_script(*script, spec, mounts);
  stage_ = stage;
  spec.hostname = spec_.host;
  if (runtime_.kind != container::RuntimeKind::kBubblewrap) spec.cgroup_path = cgroup_path_;
  spec.cpus = spec_.limits.cpus;
  spec.cpu_set = spec_.limits.cpu_set;
  spec.memory_bytes = spec_.limits.memory_bytes;
  spec.shared_memory_bytes = std::max<std::uint64_t>(64ULL << 20, spec_.limits.memory_bytes / 2);
  spec.open_files = open_files();
  use_gpus(spec);
  auto launch = container::prepare_launch(
      runtime_, spec, place_, spec_.job_id + "-" + std::to_string(spec_.attempt) + "-" + spec_.host,
      std::move(mounts), host_network());
  if (image_) launch.layer_locks = image_->lock_files();
  container::DiskReserve(folder_.reserve()).take();
  container::DiskReserve(folder_.end_reserve()).take();
  launch.access = container_access(spec_);
  if (access_variables(spec_).contains("AWS_CA_BUNDLE")) {
    fs::copy_file(spec_.access.ca_file, place_.ml() / "input/config/ca.pem");
  }
  container::replace_file(place_.launch(), json::serialize(to_json(launch)));
}

}  // namespace sagebrush::agent
