#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::job {

class ImageTable;

// One of a job's MetricDefinitions.
struct MetricDefinition {
  std::string name;
  std::string regex;
};

// AlgorithmSpecification.MetricDefinitions of a request.
std::vector<MetricDefinition> metric_definitions_of(const boost::json::object& request);

// What the built-in algorithm prints.
const std::vector<MetricDefinition>& builtin_metric_definitions();
// Gives a request for the built-in algorithm its definitions, as SageMaker does, before its own.
void add_builtin_metrics(boost::json::object& request, const ImageTable& images);

// The longest text that every match of the regex has in it, "" when none is sure. For looking
// before the regex is run, which is the dearer of the two.
std::string literal_of(std::string_view regex);

// A job's metric regexes, run on log lines. Time is linear in the line whatever the patterns are
// (RE2).
class MetricPatterns {
 public:
  // Throws Error{kInvalid} that names the definition and says what is wrong with its regex.
  explicit MetricPatterns(const std::vector<MetricDefinition>& definitions);
  ~MetricPatterns();
  MetricPatterns(MetricPatterns&&) noexcept;

  bool empty() const;
  using Found = std::function<void(const std::string& name, double value)>;
  // Calls `found` for each definition whose first match in the line captured a number.
  void find(std::string_view line, const Found& found) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::job
