#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::cli {

// Handwritten digits, 28 x 28, row by row, 0 (paper) to 255 (ink), one after another.
struct Digits {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;  // 0..9
};

// Reads scikit-learn's digits.csv: 64 values 0..16 (8 x 8, row by row) and the label a line. Each
// is drawn to 20 x 20 by linear interpolation and put into the middle of 28 x 28, as MNIST's are.
// Throws Error{kInvalid} that names the line.
Digits digits_from_csv(std::string_view csv);

// The IDX files of digits [first, last): magic 0x803 with count, 28, 28; magic 0x801 with count.
std::string idx_images(const Digits& digits, std::size_t first, std::size_t last);
std::string idx_labels(const Digits& digits, std::size_t first, std::size_t last);

}  // namespace sagebrush::cli
