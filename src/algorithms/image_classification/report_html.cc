#include <algorithm>
#include <cmath>
#include <cstdio>

#include "algorithms/image_classification/run_report.h"

namespace sagebrush::vision {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

template <typename... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof(text), pattern, values...);
  return text;
}

struct Curve {
  const char* name;
  const char* color;
  double EpochMetrics::* value;
};

// A chart of curves over the epochs, with four lines of grid.
std::string chart(const char* title, const std::vector<EpochMetrics>& history,
                  const std::vector<Curve>& curves) {
  constexpr double kWidth = 440;
  constexpr double kHeight = 220;
  constexpr double kLeft = 48;
  constexpr double kTop = 14;
  double low = 1e300;
  double high = -1e300;
  for (const EpochMetrics& m : history) {
    for (const Curve& curve : curves) {
      low = std::min(low, m.*curve.value);
      high = std::max(high, m.*curve.value);
    }
  }
  if (!(high > low)) high = low + 1;
  std::string svg = std::string("<figure><figcaption>") + title + "</figcaption>" +
                    format("<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\">", kLeft + kWidth + 12,
                           kTop + kHeight + 26);
  for (int i = 0; i <= 4; ++i) {
    const double y = kTop + kHeight * i / 4;
    svg += format(
        "<path class=\"grid\" d=\"M%.0f %.1fH%.0f\"/><text x=\"%.0f\" y=\"%.1f\" "
        "text-anchor=\"end\">%.4g</text>",
        kLeft, y, kLeft + kWidth, kLeft - 6, y + 4, high - (high - low) * i / 4);
  }
  const double last = std::max<double>(1, static_cast<double>(history.size()) - 1);
  for (const Curve& curve : curves) {
    svg += format("<polyline stroke=\"%s\" points=\"", curve.color);
    for (std::size_t i = 0; i < history.size(); ++i)
      svg += format("%.1f,%.1f ", kLeft + kWidth * static_cast<double>(i) / last,
                    kTop + kHeight * (high - history[i].*curve.value) / (high - low));
    svg += "\"/>";
  }
  svg += format(
      "<text x=\"%.0f\" y=\"%.0f\">epoch 1</text><text x=\"%.0f\" y=\"%.0f\" "
      "text-anchor=\"end\">%lld</text></svg><p>",
      kLeft, kTop + kHeight + 20, kLeft + kWidth, kTop + kHeight + 20,
      static_cast<long long>(history.back().epoch));
  for (const Curve& curve : curves)
    svg += format("<span style=\"color:%s\">&#9644;</span> %s&emsp;", curve.color, curve.name);
  return svg + "</p></figure>\n";
}

// At most so many classes are drawn; more are in confusion_matrix.csv.
constexpr std::size_t kDrawnClasses = 40;

std::string matrix(const RunSummary& summary) {
  const auto classes = static_cast<std::size_t>(summary.evaluation.classes);
  if (summary.evaluation.confusion.empty() || classes > kDrawnClasses)
    return "<p>The confusion matrix is in confusion_matrix.csv.</p>\n";
  std::string html = "<table class=\"confusion\"><tr><th>true \\ predicted</th>";
  for (const std::string& label : summary.labels) html += "<th>" + escaped(label) + "</th>";
  html += "</tr>\n";
  for (std::size_t row = 0; row < classes; ++row) {
    const std::int64_t* const counts = summary.evaluation.confusion.data() + row * classes;
    std::int64_t all = 0;
    for (std::size_t column = 0; column < classes; ++column) all += counts[column];
    html += "<tr><th>" + escaped(summary.labels[row]) + "</th>";
    for (std::size_t column = 0; column < classes; ++column) {
      // Mistakes are rare: the root makes them visible.
      const double share =
          all == 0 ? 0 : static_cast<double>(counts[column]) / static_cast<double>(all);
      html += format("<td style=\"background:%s%.2f)\">%lld</td>",
                     row == column ? "rgba(20,130,70," : "rgba(200,40,30,", 0.85 * std::sqrt(share),
                     static_cast<long long>(counts[column]));
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string class_table(const RunSummary& summary) {
  const std::vector<ClassScore> scores = class_scores(summary.evaluation);
  std::string html =
      "<table><tr><th>class</th><th>images</th><th>accuracy</th><th>precision</th><th>F1</th>"
      "</tr>\n";
  for (std::size_t i = 0; i < scores.size(); ++i)
    html += "<tr><th>" + escaped(summary.labels[i]) + "</th>" +
            format("<td>%lld</td>", static_cast<long long>(scores[i].count)) +
            (scores[i].count > 0 ? format("<td>%.4f</td>", scores[i].recall) : "<td>–</td>") +
            format("<td>%.4f</td><td>%.4f</td></tr>\n", scores[i].precision, scores[i].f1);
  return html + "</table>\n";
}

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Image classification: report of a run</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#16191f}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.charts{display:flex;flex-wrap:wrap;gap:1.5rem}figure{margin:0;width:30rem;max-width:100%}
figcaption{font-weight:600}svg{width:100%}svg text{font-size:11px;fill:#545b64}
polyline{fill:none;stroke-width:2}.grid{stroke:#e3e6ea}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #e3e6ea}
th:first-child{text-align:left}.confusion td{min-width:2.4rem}
</style>
)";

}  // namespace

std::string report_html(const RunSummary& summary) {
  std::string html = kHead;
  html += "<h1>Image classification: report of a run</h1>\n";
  html += format("<p>Accuracy on the %s images: <b>%.4f</b> (%lld of %lld), loss %.4f.</p>\n",
                 summary.evaluated_on.c_str(), summary.evaluation.accuracy(),
                 static_cast<long long>(summary.evaluation.correct),
                 static_cast<long long>(summary.evaluation.count), summary.evaluation.loss);
  if (!summary.history.empty()) {
    html += "<h2>Curves</h2>\n<div class=\"charts\">\n";
    html += chart("Loss", summary.history,
                  {{"training", "#0972d3", &EpochMetrics::train_loss},
                   {"validation", "#d13212", &EpochMetrics::validation_loss}});
    html += chart("Accuracy", summary.history,
                  {{"training", "#0972d3", &EpochMetrics::train_accuracy},
                   {"validation", "#d13212", &EpochMetrics::validation_accuracy}});
    html += chart("Learning rate", summary.history,
                  {{"learning rate", "#6b3fa0", &EpochMetrics::learning_rate}});
    html += chart("Images a second", summary.history,
                  {{"training", "#1d8102", &EpochMetrics::images_per_second}});
    html += "</div>\n";
  }
  html += "<h2>Classes</h2>\n" + class_table(summary);
  html += "<h2>Confusion</h2>\n" + matrix(summary);
  html += "<h2>Hyperparameters</h2>\n<table>\n";
  for (const auto& [name, value] : summary.hyperparameters)
    html += "<tr><th>" + escaped(name) + "</th><td>" + escaped(value) + "</td></tr>\n";
  return html + "</table>\n</html>\n";
}

}  // namespace sagebrush::vision
