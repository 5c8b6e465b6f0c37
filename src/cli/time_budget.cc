#include "cli/time_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "cli/duration_text.h"
#include "cli/json_value.h"
#include "cli/text_width.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 8> kOrder{"queue", "queue, image", "image",    "data in",
                                                 "train", "interrupted",  "stopping", "upload"};
// A letter for each part of the bar: told apart without colour.
constexpr std::array<std::string_view, 8> kMarks{"q", "q", "i", "d", "#", "!", "s", "u"};
constexpr std::array<std::string_view, 8> kColours{"33", "33", "35", "36", "34", "31", "90", "32"};

std::string_view part_of(std::string_view status, std::string_view message) {
  if (status == "Starting" || status == "Pending" || status == "Restarting") return "queue";
  if (status == "DownloadingTrainingImage" || status == "LaunchingMLInstances" ||
      status == "PreparingTrainingStack" || message.starts_with("Downloading the training image")) {
    return "image";
  }
  if (status == "Downloading") return "data in";
  if (status == "Training") return "train";
  if (status == "Interrupted") return "interrupted";
  if (status == "Stopping") return "stopping";
  if (status == "Uploading") return "upload";
  return "";
}

std::size_t rank(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(kOrder, name) - kOrder.begin());
}

// Rounded shares of `length`; a part that took any time gets at least one, the longest evens it
// out.
std::vector<std::size_t> bar_shares(const std::vector<BudgetPart>& budget, std::size_t length) {
  milliseconds total{0};
  for (const BudgetPart& part : budget) total += part.spent;
  std::vector<std::size_t> shares(budget.size(), 0);
  std::size_t given = 0;
  for (std::size_t i = 0; i < budget.size(); ++i) {
    if (total.count() > 0 && budget[i].spent.count() > 0) {
      shares[i] = std::max<std::size_t>(
          1, static_cast<std::size_t>(
                 (budget[i].spent.count() * static_cast<std::int64_t>(length) + total.count() / 2) /
                 total.count()));
    }
    given += shares[i];
  }
  if (shares.empty() || given == 0) return shares;
  auto longest = std::ranges::max_element(shares);
  while (given < length) ++*longest, ++given;
  while (given > length && *longest > 1) --*longest, --given;
  return shares;
}

std::string paint_part(std::string_view text, std::string_view name, bool colour) {
  if (!colour) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", kColours[rank(name)], text);
}

}  // namespace

std::vector<BudgetPart> time_budget(const json::object& description, Time now) {
  std::vector<BudgetPart> budget;
  const json::value* list = description.if_contains("SecondaryStatusTransitions");
  if (list == nullptr || !list->is_array()) return budget;
  for (const json::value& item : list->as_array()) {
    const json::object& transition = item.as_object();
    const std::string_view name =
        part_of(text_at(transition, "Status"), text_at(transition, "StatusMessage"));
    const auto start = time_at(transition, "StartTime");
    if (name.empty() || !start) continue;
    const Time end = time_at(transition, "EndTime").value_or(now);
    auto part = std::ranges::find(budget, name, &BudgetPart::name);
    if (part == budget.end()) part = budget.insert(budget.end(), BudgetPart{std::string(name)});
    part->spent += std::max(milliseconds{0}, end - *start);
  }
  const bool has_image = std::ranges::find(budget, "image", &BudgetPart::name) != budget.end();
  for (BudgetPart& part : budget) {
    if (part.name == "queue" && !has_image) part.name = "queue, image";
  }
  std::ranges::sort(budget, {}, [](const BudgetPart& part) { return rank(part.name); });
  return budget;
}

std::string render_budget(const std::vector<BudgetPart>& budget, std::size_t width, bool colour) {
  const std::size_t length = std::clamp<std::size_t>(width == 0 ? 80 : width, 24, 80) - 4;
  const std::vector<std::size_t> shares = bar_shares(budget, length);
  milliseconds total{0};
  std::string bar;
  for (std::size_t i = 0; i < budget.size(); ++i) {
    total += budget[i].spent;
    std::string piece;
    for (std::size_t n = 0; n < shares[i]; ++n) piece += kMarks[rank(budget[i].name)];
    bar += paint_part(piece, budget[i].name, colour);
  }
  std::string text = fmt::format("  [{}]\n", bar);
  for (const BudgetPart& part : budget) {
    const double share = total.count() == 0 ? 0.0
                                            : 100.0 * static_cast<double>(part.spent.count()) /
                                                  static_cast<double>(total.count());
    text += fmt::format("  {} {:<13} {:>8}  {:3.0f}%\n",
                        paint_part(kMarks[rank(part.name)], part.name, colour), part.name,
                        duration_text(part.spent), share);
  }
  text += fmt::format("    {:<13} {:>8}\n", "in all", duration_text(total));
  return text;
}

}  // namespace sagebrush::cli
