#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/time.h"
#include "cli/terminal.h"

namespace sagebrush::cli {

// A DescribeTrainingJob answer for people: names and values, hyperparameters, inputs, metrics,
// transitions and the time budget.
std::string describe_job(const boost::json::object& job, Time now, const StreamLook& look);

}  // namespace sagebrush::cli
