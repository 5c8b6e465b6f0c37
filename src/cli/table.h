#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/tone.h"

namespace sagebrush::cli {

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

// Rows under upper-case headers, two spaces apart, no frames, no blanks at line ends.
class Table {
 public:
  explicit Table(std::vector<std::string> headers) : headers_(std::move(headers)) {}
  // As many cells as headers.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  // width: columns of the terminal, where the widest columns are cut until a row fits; 0 = nothing
  // is cut.
  std::string render(std::size_t width, bool colour) const;

 private:
  std::vector<std::string> headers_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace sagebrush::cli
