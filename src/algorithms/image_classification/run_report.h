#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/image_classification/evaluation.h"
#include "algorithms/image_classification/history.h"

namespace sagebrush::vision {

// What a finished run leaves for people and programs.
struct RunSummary {
  std::vector<std::pair<std::string, std::string>> hyperparameters;
  std::vector<std::string> labels;
  std::vector<EpochMetrics> history;
  Evaluation evaluation;
  std::string evaluated_on;  // "test" or "validation"
};

// metrics.json and epochs.csv: the epochs so far. Throws Error{kSystem}.
void write_history(const std::filesystem::path& folder, const std::vector<EpochMetrics>& history);

// evaluation.json (accuracy, loss, precision, recall and F1 of each class, confusion matrix),
// confusion_matrix.csv and report.html, one file without links to others. Throws Error{kSystem}.
void write_run_report(const std::filesystem::path& folder, const RunSummary& summary);

// The page: curves and confusion matrix as SVG.
std::string report_html(const RunSummary& summary);

// How one class is told from the others; a quotient by 0 is 0.
struct ClassScore {
  std::int64_t count = 0;
  double precision = 0;
  double recall = 0;  // the class's accuracy
  double f1 = 0;
};
std::vector<ClassScore> class_scores(const Evaluation& evaluation);

}  // namespace sagebrush::vision
