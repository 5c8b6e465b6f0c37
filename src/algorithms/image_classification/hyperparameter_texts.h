#pragma once

#include <string>

namespace sagebrush::vision {

// The table as text for --help: name, range, default, unit, meaning, aliases.
std::string hyperparameters_help();

// As a table in Markdown, for docs/.
std::string hyperparameters_markdown();

// As AWS describes an algorithm's hyperparameters (HyperParameterSpecification of CreateAlgorithm):
// a list with Name, Type, Range, DefaultValue, IsTunable; and for those that can be tuned
// TunableRange with MinValue, MaxValue and ScalingType.
std::string hyperparameters_json();

}  // namespace sagebrush::vision
