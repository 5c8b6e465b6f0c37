#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/job_request.h"

namespace CLI {
class App;
}

namespace sagebrush::cli {

// What `sagebrush train` was told.
struct TrainFlags {
  TrainFlags() { request.image.clear(); }

  JobRequest request;  // what goes into it as it is; the image is "" until it is chosen
  std::string source_dir;
  std::string hyperparameter_file;
  std::vector<std::string> hyperparameters;
  std::vector<std::string> inputs;
  std::vector<std::string> environment;
  std::vector<std::string> metrics;
  std::string interrupt_after;
  std::vector<std::string> words;  // the script; "--" and after it is not in here
  std::string model_dir;
  bool local = false;
  bool dry_run = false;
  bool detach = false;
  bool wait = false;
  bool stop_on_interrupt = false;
};

void add_train_flags(CLI::App& command, TrainFlags& flags);

// The script to run; "" when the image has a program of its own. Throws Error{kInvalid} for words
// that belong to no flag.
std::string script_of(const TrainFlags& flags);

// The request as far as flags and files say it; paths of this machine are still in its inputs.
// Throws Error{kInvalid} that names the flag.
JobRequest request_of(const TrainFlags& flags);

// AWS's PyTorch image of a region, for machines with or without a GPU.
std::string framework_image(std::string_view region, std::string_view instance_type);

// "90", "90s", "5m", "2h" in seconds. Throws Error{kInvalid} that names the flag.
std::int64_t parse_seconds(std::string_view flag, std::string_view text);

}  // namespace sagebrush::cli
