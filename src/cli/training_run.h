#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "cli/cloud.h"
#include "cli/job_request.h"

namespace sagebrush::cli {

class Interrupt;
class Terminal;

// The account's role that training jobs run as when none is named. Throws ConfigurationError
// against AWS itself, where one must be named.
std::string default_role(Cloud& cloud);

// Calls CreateTrainingJob and says so, with the commands that follow, stop and describe the job.
// program: this one as the user calls it.
void create_job(Cloud& cloud, const JobRequest& request, std::string_view program,
                Terminal& terminal);

// Fetches the job's model.tar.gz into `folder`; returns its path. Throws Error{kNotFound} when the
// job left no model.
std::filesystem::path download_model(Cloud& cloud, const boost::json::object& description,
                                     const std::filesystem::path& folder, Terminal& terminal);

// Writes the job's whole log to training.log in `folder`; returns its path.
std::filesystem::path download_log(Cloud& cloud, const std::string& job,
                                   const std::filesystem::path& folder);

}  // namespace sagebrush::cli
