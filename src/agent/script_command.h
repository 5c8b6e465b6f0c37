#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/script_job.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// How a program is run. kPackage: a setup.py lies beside it, so that it is installed and run by -m.
// kModule: no file has that name, so that it is the name of a module.
enum class EntryPoint { kScript, kPackage, kModule, kCommand };

// files: the names directly in the code folder, folders with a slash behind.
EntryPoint entry_point_of(const std::string& program, const std::vector<std::string>& files);

// What the container runs, under a launcher of several processes where the job asks for one: a pure
// function of the job.
struct ScriptCommand {
  std::vector<std::string> words;  // argv
  bool first = false;              // made to be a container's first process; others need an init
  std::map<std::string, std::string> environment;  // on top of the job's, which loses
};

// interpreter, mpirun: paths of a Python and of Open MPI's launcher in the container; "" for mpirun
// where a job can't have it. Throws Error{kInvalid} for a launcher that can't be had.
ScriptCommand script_command(const agent_protocol::Spec& spec, const ScriptJob& job,
                             EntryPoint entry, const std::string& interpreter,
                             const std::string& mpirun = "");

// Hyperparameters as arguments: --name value, -n value for names of one letter, in the order of
// names.
std::vector<std::string> script_arguments(const boost::json::object& hyperparameters);

// One line that a shell would read as these words: quoted only where it has to be.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace sagebrush::agent
