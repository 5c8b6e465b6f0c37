#pragma once

#include <filesystem>

namespace sagebrush::agent {

// `sagebrush-agent local FILE`: one script in a container of the host image, without a server. FILE
// is a JSON object:
//   request        as CreateTrainingJob: HyperParameters with sagemaker_program, Environment,
//                  InputDataConfig with a ChannelName each
//   source         the script's folder, or the script alone; absolute
//   inputs         {channel: absolute path of a file or folder}; shown copy-on-write, never copied
//   output         folder that gets model/, output/ and training.log
//   python         interpreter, "" for python3
//   known_runtime  file that keeps what was found out about container runtimes, or ""
// The log goes to standard output and error as the script wrote it. SIGINT and SIGTERM end the
// script by SIGTERM, a second one by SIGKILL. Returns its exit code.
int run_locally(const std::filesystem::path& file);

}  // namespace sagebrush::agent
