#pragma once

#include <boost/json/array.hpp>
#include <map>
#include <string>

namespace sagebrush::cli {

class Cloud;

// What jobs that don't run yet wait for, by name, in the server's words. summaries: of
// ListTrainingJobs; each job that waits is asked for, the first few only.
std::map<std::string, std::string> waits_of(Cloud& cloud, const boost::json::array& summaries);

}  // namespace sagebrush::cli
