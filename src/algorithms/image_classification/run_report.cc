#include "algorithms/image_classification/run_report.h"

#include <boost/json.hpp>
#include <cstdio>

#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

// A field of a CSV file (RFC 4180).
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string history_csv(const std::vector<EpochMetrics>& history) {
  std::string text =
      "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,"
      "images_per_second,seconds\n";
  for (const EpochMetrics& m : history) {
    text += std::to_string(m.epoch);
    for (const double value :
         {m.train_loss, m.train_accuracy, m.validation_loss, m.validation_accuracy, m.learning_rate,
          m.images_per_second, m.seconds})
      text += "," + shortest(value);
    text += "\n";
  }
  return text;
}

std::string confusion_csv(const RunSummary& summary) {
  std::string text = "true \\ predicted";
  const auto classes = static_cast<std::size_t>(summary.evaluation.classes);
  for (const std::string& label : summary.labels) text += "," + csv_field(label);
  text += "\n";
  for (std::size_t row = 0; row < classes; ++row) {
    text += csv_field(summary.labels[row]);
    for (std::size_t column = 0; column < classes; ++column)
      text += "," + std::to_string(summary.evaluation.confusion[row * classes + column]);
    text += "\n";
  }
  return text;
}

json::object evaluation_json(const RunSummary& summary) {
  const Evaluation& evaluation = summary.evaluation;
  json::object document{{"evaluated_on", summary.evaluated_on},
                        {"count", evaluation.count},
                        {"accuracy", evaluation.accuracy()},
                        {"loss", evaluation.loss}};
  json::array classes;
  const std::vector<ClassScore> scores = class_scores(evaluation);
  for (std::size_t i = 0; i < scores.size(); ++i)
    classes.push_back(json::object{
        {"label", summary.labels[i]},
        {"count", scores[i].count},
        {"accuracy", scores[i].count > 0 ? json::value(scores[i].recall) : json::value(nullptr)},
        {"precision", scores[i].precision},
        {"f1", scores[i].f1}});
  document["classes"] = std::move(classes);
  json::array matrix;
  const auto size = static_cast<std::size_t>(evaluation.classes);
  for (std::size_t row = 0; row * size < evaluation.confusion.size(); ++row)
    matrix.push_back(
        json::array(evaluation.confusion.begin() + static_cast<std::ptrdiff_t>(row * size),
                    evaluation.confusion.begin() + static_cast<std::ptrdiff_t>((row + 1) * size)));
  document["confusion_matrix"] = std::move(matrix);
  json::object hyperparameters;
  for (const auto& [name, value] : summary.hyperparameters) hyperparameters[name] = value;
  document["hyperparameters"] = std::move(hyperparameters);
  return document;
}

}  // namespace

std::vector<ClassScore> class_scores(const Evaluation& evaluation) {
  const auto size = static_cast<std::size_t>(evaluation.classes);
  std::vector<ClassScore> scores;
  for (std::size_t k = 0; k * size < evaluation.confusion.size(); ++k) {
    std::int64_t predicted = 0;
    ClassScore score;
    for (std::size_t i = 0; i < size; ++i) {
      score.count += evaluation.confusion[k * size + i];
      predicted += evaluation.confusion[i * size + k];
    }
    const auto right = static_cast<double>(evaluation.confusion[k * size + k]);
    if (score.count > 0) score.recall = right / static_cast<double>(score.count);
    if (predicted > 0) score.precision = right / static_cast<double>(predicted);
    if (score.recall + score.precision > 0)
      score.f1 = 2 * score.recall * score.precision / (score.recall + score.precision);
    scores.push_back(score);
  }
  return scores;
}

void write_history(const fs::path& folder, const std::vector<EpochMetrics>& history) {
  fs::create_directories(folder);
  const json::object document{{"epochs", to_json(history)}};
  write_file_atomically(folder / "metrics.json", json::serialize(document) + "\n");
  write_file_atomically(folder / "epochs.csv", history_csv(history));
}

void write_run_report(const fs::path& folder, const RunSummary& summary) {
  fs::create_directories(folder);
  write_file_atomically(folder / "evaluation.json",
                        json::serialize(evaluation_json(summary)) + "\n");
  if (!summary.evaluation.confusion.empty())
    write_file_atomically(folder / "confusion_matrix.csv", confusion_csv(summary));
  write_file_atomically(folder / "report.html", report_html(summary));
}

}  // namespace sagebrush::vision
