#pragma once

#include <filesystem>
#include <optional>

#include "agent/heartbeat.h"
#include "agent/image_layers.h"
#include "agent/log_shipper.h"
#include "agent/object_calls.h"
#include "agent/orders.h"
#include "agent/package_install.h"
#include "agent/pipe_feeder.h"
#include "agent/script_plan.h"
#include "agent/stage_out.h"
#include "agent_protocol/attempt_folder.h"
#include "agent_protocol/messages.h"
#include "agent_protocol/spec.h"
#include "base/error.h"
#include "base/file.h"
#include "container/launch.h"

namespace sagebrush::agent {

// The folder of this program and its fellows.
std::filesystem::path programs_folder();
// sagebrush-init: the first process of containers whose program is not made to be that.
std::filesystem::path init_program();

// The life of one host of one attempt, from wherever the folder says it is to its end. Steps leave
// these marks, so that an agent that is killed anywhere can be started again:
//   work/launch.json      stage in is complete          work/started         a shim was there: a
//   container may run stop-sent             SIGTERM was sent              container-exit.json  the
//   container has ended exit.json             the attempt has ended; what is left is to tell the
//   server and to clean up
class Attempt {
 public:
  explicit Attempt(agent_protocol::AttemptFolder folder);
  // Returns the process's exit status: 0 when the end is with the server or the lease is lost.
  int run();

 private:
  agent_protocol::ExitRecord live();
  void stage_in();
  void begin();
  void use_gpus(container::ContainerSpec& spec) const;
  void prepare_container(const agent_protocol::Inputs& inputs, ObjectCalls& objects);
  std::vector<container::Mount> host_mounts(const agent_protocol::Inputs& inputs,
                                            const ScriptPlan* script) const;
  void start_image();
  void await_image();
  container::LayerStack image_layers() const;
  std::vector<container::Mount> use_image(const agent_protocol::Inputs& inputs,
                                          const container::LayerStack& layers,
                                          const ScriptPlan* script,
                                          container::ContainerSpec& spec) const;
  void use_script(const ScriptPlan& script, container::ContainerSpec& spec,
                  std::vector<container::Mount>& mounts);
  PackageInstall package_install(const PackagePlan& plan) const;
  std::optional<agent_protocol::ExitRecord> install_needed_packages();
  std::optional<container::ContainerExit> run_container();
  std::optional<container::ContainerExit> supervise();
  void spawn_shim();
  void release_shim();
  void make_room(bool model_wanted);
  void finish_logs();
  void kill_container();
  void stop_as_ordered();
  void note_stop(agent_protocol::StopCause cause);
  std::filesystem::path script_line() const { return place_.root / "script-line"; }
  std::filesystem::path stored_checkpoints() const { return place_.root / "checkpoints.json"; }
  std::filesystem::path packages() const { return place_.root / "packages.json"; }
  agent_protocol::ExitRecord conclude(const container::ContainerExit& exit);
  container::HostNetwork host_network() const;
  agent_protocol::Peers await_peers(const agent_protocol::ExitRecord& record);
  void await_gathering();
  MlFolders ml_folders() const;
  void stage_out(agent_protocol::ExitRecord& record, bool model_always, bool peers_failed);
  agent_protocol::ExitRecord stopped_before_start() const;
  agent_protocol::ExitRecord failed(const std::string& reason, bool infrastructure) const;
  std::optional<agent_protocol::StopCause> stop_sent() const;
  std::vector<std::string> last_errors() const;
  bool container_started() const;
  std::optional<container::ContainerExit> container_exit() const;
  std::optional<container::ContainerProcess> container_process() const;
  void deliver(const agent_protocol::ExitRecord& record);
  void end_container();
  void clean_up();

  agent_protocol::AttemptFolder folder_;
  agent_protocol::Spec spec_;
  container::Workplace place_;
  std::string cgroup_path_;
  std::filesystem::path checkpoint_root_, checkpoint_below_;  // on this machine
  container::Runtime runtime_;                                // set by begin()
  std::string stage_;                                         // what a user's mistake spoils now
  File shim_word_;  // the shim waits for a byte on it, and ends when it is closed
  PipeFeeder feeder_;
  Orders orders_;                     // before all whose threads look at it
  std::optional<ImageLayers> image_;  // of an image of the registry
  std::optional<Heartbeat> heartbeat_;
  std::optional<LogShipper> logs_;
  std::optional<Error> unstored_checkpoints_;           // why some are not in the store
  std::optional<agent_protocol::StopCause> stop_sent_;  // where the disk had no room for the mark
};

}  // namespace sagebrush::agent
