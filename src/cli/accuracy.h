#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

namespace sagebrush::cli {

// The value of test_accuracy, else of validation_accuracy, in one log line ("… test_accuracy=0.9913
// …"); nullopt when it tells neither.
std::optional<double> accuracy_in(std::string_view line);

// The same from FinalMetricDataList of a DescribeTrainingJob answer ("test:accuracy" and the like).
std::optional<double> final_accuracy(const boost::json::object& description);

}  // namespace sagebrush::cli
