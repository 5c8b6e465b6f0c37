#include "cli/table.h"

#include <algorithm>
#include <numeric>

#include "cli/text_width.h"

namespace sagebrush::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  // a column is not cut below this

std::size_t row_width(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + kGap * (widths.size() - 1);
}

// Takes columns from the widest, one after another, until the row fits or nothing more can go.
void shrink_to(std::vector<std::size_t>& widths, std::size_t width) {
  while (row_width(widths) > width) {
    auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) return;
    --*widest;
  }
}

void append_row(std::string& text, const std::vector<Cell>& row,
                const std::vector<std::size_t>& widths, bool colour) {
  std::size_t blanks = 0;  // owed before the next cell that has text
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string cut = cut_columns(row[i].text, widths[i]);
    if (!cut.empty()) {
      text.append(blanks, ' ');
      blanks = 0;
      text.append(paint(cut, row[i].tone, colour));
    }
    blanks += widths[i] - columns(cut) + kGap;
  }
  text.push_back('\n');
}

}  // namespace

std::string Table::render(std::size_t width, bool colour) const {
  std::vector<std::size_t> widths;
  std::vector<Cell> head;
  for (const std::string& header : headers_) {
    widths.push_back(columns(header));
    head.push_back({header});
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns(row[i].text));
    }
  }
  if (width != 0) shrink_to(widths, width);
  std::string text;
  append_row(text, head, widths, colour);
  for (const auto& row : rows_) append_row(text, row, widths, colour);
  return text;
}

}  // namespace sagebrush::cli
