#include "service/s3/crc_combine.h"

#include <array>

namespace sagebrush::service::s3 {
namespace {

// A CRC's register as a vector over GF(2); feeding it zero bits is a matrix. Mark Adler's method
// (zlib, crc32_combine).
using Matrix = std::array<std::uint64_t, 64>;

// Bit-reversed polynomials; all three start from and end with all ones inverted, as the method
// needs.
struct Crc {
  unsigned bits;
  std::uint64_t polynomial;
};

Crc crc_of(aws::ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case aws::ChecksumAlgorithm::kCrc32: return {32, 0xedb88320};
    case aws::ChecksumAlgorithm::kCrc32c: return {32, 0x82f63b78};
    default: return {64, 0x9a6c9329ac4bc9b5};
  }
}

std::uint64_t multiply(const Matrix& matrix, std::uint64_t vector) {
  std::uint64_t sum = 0;
  for (unsigned i = 0; vector != 0; ++i, vector >>= 1) {
    if ((vector & 1) != 0) sum ^= matrix[i];
  }
  return sum;
}

Matrix square(const Matrix& matrix) {
  Matrix result{};
  for (unsigned i = 0; i < result.size(); ++i) result[i] = multiply(matrix, matrix[i]);
  return result;
}

Matrix one_zero_byte(const Crc& crc) {
  Matrix bit{};
  bit[0] = crc.polynomial;
  for (unsigned i = 1; i < crc.bits; ++i) bit[i] = std::uint64_t{1} << (i - 1);
  return square(square(square(bit)));
}

}  // namespace

std::uint64_t combine_crc(aws::ChecksumAlgorithm algorithm, std::uint64_t first,
                          std::uint64_t second, std::uint64_t second_bytes) {
  Matrix zeros = one_zero_byte(crc_of(algorithm));
  for (; second_bytes != 0; second_bytes >>= 1) {
    if ((second_bytes & 1) != 0) first = multiply(zeros, first);
    zeros = square(zeros);
  }
  return first ^ second;
}

}  // namespace sagebrush::service::s3
