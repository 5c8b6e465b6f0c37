#pragma once

#include <string>

#include "cli/cloud.h"
#include "cli/job_request.h"

namespace sagebrush::cli {

class Interrupt;
class Terminal;

// What `train` puts into a bucket before it creates a job. What is there already with the same
// content stays as it is, so a second job of the same code and data uploads nothing.
struct UploadPlace {
  std::string bucket;
  bool dry_run = false;  // only say in the request where things would be
};

// Inputs that are files or folders of this machine go below input/<name>-<hash of the path>/, which
// then holds exactly what the folder holds; the request names that instead.
void upload_inputs(JobRequest& request, const UploadPlace& place, Cloud& cloud, Terminal& terminal,
                   const Interrupt& interrupt);

// The script and its folder ("": the script alone) go to code/<hash>/sourcedir.tar.gz; the request
// gets the hyperparameters by which a training toolkit finds them.
void upload_source(JobRequest& request, const std::string& script, const std::string& folder,
                   const UploadPlace& place, Cloud& cloud, Terminal& terminal);

// Where an input of this machine goes, with the slash behind.
std::string input_prefix(const std::string& path, const std::string& machine);

}  // namespace sagebrush::cli
