#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/time.h"

namespace sagebrush::cli {

struct BudgetPart {
  std::string name;  // "queue", "image", "data in", "train", "upload", …
  std::chrono::milliseconds spent{0};
};

// Sums up SecondaryStatusTransitions of a DescribeTrainingJob answer (timestamps as seconds) by
// what the time went into, in the order in which a job goes through it; an open transition counts
// up to `now`. Final statuses take no time. Where no transition tells the image's preparation from
// the wait before it, one part is called "queue, image".
std::vector<BudgetPart> time_budget(const boost::json::object& description, Time now);

// One bar over all parts and a line for each with its time and share, ends in a newline. width:
// columns of the bar and the text beside it at most, 0 = 80.
std::string render_budget(const std::vector<BudgetPart>& budget, std::size_t width, bool colour);

}  // namespace sagebrush::cli
