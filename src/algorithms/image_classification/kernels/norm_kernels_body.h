// The kernels of norm_kernels.h, compiled once an instruction set: the including file names the
// namespace. Nothing of the standard library's is called here, as an inline function compiled for
// AVX-512 could otherwise be the one that the linker keeps for everybody.
// NOLINT(build/header_guard)

namespace {

constexpr std::size_t kBlockRows = 64;
constexpr std::size_t kMaxChannels =
    64;  // of one pass: the sums of a block stay in registers or L1

inline float clamp(float x, float low, float high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

// erf as a ratio of polynomials on [-4, 4], to 1e-7 or so (the one of Eigen and XLA).
inline float erf_of(float a) {
  const float x = clamp(a, -4.0F, 4.0F);
  const float s = x * x;
  float p = -2.72614225801306e-10F;
  p = p * s + 2.77068142495902e-08F;
  p = p * s - 2.10102402082508e-06F;
  p = p * s - 5.69250639462346e-05F;
  p = p * s - 7.34990630326855e-04F;
  p = p * s - 2.95459980854025e-03F;
  p = p * s - 1.60960333262415e-02F;
  float q = -1.45660718464996e-05F;
  q = q * s - 2.13374055278905e-04F;
  q = q * s - 1.68282697438203e-03F;
  q = q * s - 7.37332916720468e-03F;
  q = q * s - 1.42647390514189e-02F;
  return x * p / q;
}

// exp for x <= 0: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2].
inline float exp_of(float a) {
  const float x = clamp(a, -87.0F, 0.0F);
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  const float n = (x * 1.44269504F + kRound) - kRound;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const int bits = (static_cast<int>(n) + 127) << 23;
  float power;
  __builtin_memcpy(&power, &bits, sizeof(power));
  return p * power;
}

constexpr float kHalfRoot = 0.70710678F;    // 1 / sqrt(2)
constexpr float kNormalPeak = 0.39894228F;  // 1 / sqrt(2 pi)

template <Activation A>
inline float activate(float z) {
  if (A == Activation::kRelu) return z < 0.0F ? 0.0F : z;  // NaN stays
  if (A == Activation::kGelu) return 0.5F * z * (1.0F + erf_of(z * kHalfRoot));
  return z;
}

template <Activation A>
inline float slope(float z) {
  if (A == Activation::kRelu) return z > 0.0F ? 1.0F : 0.0F;
  if (A == Activation::kGelu)
    return 0.5F * (1.0F + erf_of(z * kHalfRoot)) + z * kNormalPeak * exp_of(-0.5F * z * z);
  return 1.0F;
}

inline std::size_t least(std::size_t a, std::size_t b) {
  return a < b ? a : b;
}

void sums(const float* __restrict x, std::size_t rows, std::size_t channels,
          double* __restrict total, double* __restrict squares) {
  for (std::size_t r = 0; r < rows; r += kBlockRows) {
    const std::size_t end = least(r + kBlockRows, rows);
    for (std::size_t c = 0; c < channels; c += kMaxChannels) {
      const std::size_t n = least(kMaxChannels, channels - c);
      float s[kMaxChannels] = {};
      float q[kMaxChannels] = {};
      for (std::size_t i = r; i < end; ++i) {
        const float* const row = x + i * channels + c;
        for (std::size_t k = 0; k < n; ++k) {
          s[k] += row[k];
          q[k] += row[k] * row[k];
        }
      }
      for (std::size_t k = 0; k < n; ++k) {
        total[c + k] += static_cast<double>(s[k]);
        squares[c + k] += static_cast<double>(q[k]);
      }
    }
  }
}

template <Activation A>
void forward_rows(const float* __restrict x, const float* __restrict scale,
                  const float* __restrict shift, std::size_t rows, std::size_t channels,
                  float* __restrict y) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* const from = x + r * channels;
    float* const to = y + r * channels;
    for (std::size_t c = 0; c < channels; ++c) to[c] = activate<A>(from[c] * scale[c] + shift[c]);
  }
}

void forward(const float* x, const float* scale, const float* shift, Activation activation,
             std::size_t rows, std::size_t channels, float* y) {
  switch (activation) {
    case Activation::kNone:
      forward_rows<Activation::kNone>(x, scale, shift, rows, channels, y);
      break;
    case Activation::kRelu:
      forward_rows<Activation::kRelu>(x, scale, shift, rows, channels, y);
      break;
    case Activation::kGelu:
      forward_rows<Activation::kGelu>(x, scale, shift, rows, channels, y);
      break;
  }
}

template <Activation A>
void backward_sums_rows(const float* __restrict x, const float* __restrict dy,
                        const float* __restrict scale, const float* __restrict shift,
                        const float* __restrict mean, const float* __restrict inverse,
                        std::size_t rows, std::size_t channels, float* __restrict dz,
                        double* __restrict total, double* __restrict products) {
  for (std::size_t r = 0; r < rows; r += kBlockRows) {
    const std::size_t end = least(r + kBlockRows, rows);
    for (std::size_t c = 0; c < channels; c += kMaxChannels) {
      const std::size_t n = least(kMaxChannels, channels - c);
      float s[kMaxChannels] = {};
      float q[kMaxChannels] = {};
      for (std::size_t i = r; i < end; ++i) {
        const std::size_t at = i * channels + c;
        for (std::size_t k = 0; k < n; ++k) {
          const float value = x[at + k];
          const float g = dy[at + k] * slope<A>(value * scale[c + k] + shift[c + k]);
          dz[at + k] = g;
          s[k] += g;
          q[k] += g * ((value - mean[c + k]) * inverse[c + k]);
        }
      }
      for (std::size_t k = 0; k < n; ++k) {
        total[c + k] += static_cast<double>(s[k]);
        products[c + k] += static_cast<double>(q[k]);
      }
    }
  }
}

void backward_sums(const float* x, const float* dy, const float* scale, const float* shift,
                   const float* mean, const float* inverse, Activation activation, std::size_t rows,
                   std::size_t channels, float* dz, double* total, double* products) {
  switch (activation) {
    case Activation::kNone:
      backward_sums_rows<Activation::kNone>(x, dy, scale, shift, mean, inverse, rows, channels, dz,
                                            total, products);
      break;
    case Activation::kRelu:
      backward_sums_rows<Activation::kRelu>(x, dy, scale, shift, mean, inverse, rows, channels, dz,
                                            total, products);
      break;
    case Activation::kGelu:
      backward_sums_rows<Activation::kGelu>(x, dy, scale, shift, mean, inverse, rows, channels, dz,
                                            total, products);
      break;
  }
}

void backward(const float* __restrict x, const float* __restrict a, const float* __restrict b,
              const float* __restrict c, std::size_t rows, std::size_t channels,
              float* __restrict dz) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* const from = x + r * channels;
    float* const to = dz + r * channels;
    for (std::size_t k = 0; k < channels; ++k) to[k] = to[k] * a[k] + (from[k] * b[k] + c[k]);
  }
}

}  // namespace
