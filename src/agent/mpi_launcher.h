#pragma once

#include <string>
#include <vector>

#include "agent/script_job.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// Where jobs that mpirun starts find the programs of ours that their hosts need.
inline constexpr const char* kProgramsFolder = "/opt/sagebrush/bin";

// The words of a host's container up to what mpirun starts: on the first of `hosts`, sorted as
// ranks are, Open MPI's mpirun with the training toolkit's options and the job's own
// (sagemaker_mpi_…); on the others what answers it there (mpi_shell.cc), whole. mpirun: its path.
// Throws Error{kInvalid} for a hyperparameter that makes no sense.
struct MpiCommand {
  std::vector<std::string> words;
  bool whole = false;
};
MpiCommand mpi_launcher(const ScriptJob& job, const std::vector<std::string>& hosts,
                        const std::string& own, const std::string& mpirun);

// A line as the process wrote it: mpirun puts "[1,0]<stderr>:" in front.
std::string without_mpi_tag(const std::string& line);

}  // namespace sagebrush::agent
