// The float32 peak of some of this machine's processors: fused multiply-adds on registers alone; or
// that of bfloat16's dot products.
//   bench_fma_peak [THREADS] [bf16]
// Prints GFLOP/s of all threads together, a multiply-add as two.
#include <immintrin.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kSums = 12;  // independent ones: more than latency times units
constexpr long kRounds = 1 << 16;
constexpr std::chrono::milliseconds kTime{1000};

__attribute__((target("avx512f"), always_inline)) inline void set(__m512 (&sums)[kSums]) {
  for (std::size_t j = 0; j < kSums; ++j) sums[j] = _mm512_set1_ps(static_cast<float>(j));
}

__attribute__((target("avx512f"), always_inline)) inline float total(const __m512 (&sums)[kSums]) {
  __m512 all = sums[0];
  for (std::size_t j = 1; j < kSums; ++j) all = _mm512_add_ps(all, sums[j]);
  return _mm512_cvtss_f32(all);
}

__attribute__((target("avx512f"))) float avx512_round(float half) {
  __m512 sums[kSums];
  set(sums);
  const __m512 factor = _mm512_set1_ps(half);
  for (long i = 0; i < kRounds; ++i) {
#pragma clang loop unroll(full)
    for (std::size_t j = 0; j < kSums; ++j) sums[j] = _mm512_fmadd_ps(sums[j], factor, factor);
  }
  return total(sums);
}

__attribute__((target("avx2,fma"))) float avx2_round(float half) {
  __m256 sums[kSums];
  for (std::size_t j = 0; j < kSums; ++j) sums[j] = _mm256_set1_ps(static_cast<float>(j));
  const __m256 factor = _mm256_set1_ps(half);
  for (long i = 0; i < kRounds; ++i) {
#pragma clang loop unroll(full)
    for (std::size_t j = 0; j < kSums; ++j) sums[j] = _mm256_fmadd_ps(sums[j], factor, factor);
  }
  __m256 all = sums[0];
  for (std::size_t j = 1; j < kSums; ++j) all = _mm256_add_ps(all, sums[j]);
  return _mm256_cvtss_f32(all);
}

__attribute__((target("avx512f,avx512bf16"))) float bf16_round(float half) {
  __m512 sums[kSums];
  set(sums);
  const __m512bh factor = _mm512_cvtne2ps_pbh(_mm512_set1_ps(half), _mm512_set1_ps(half));
  for (long i = 0; i < kRounds; ++i) {
#pragma clang loop unroll(full)
    for (std::size_t j = 0; j < kSums; ++j) sums[j] = _mm512_dpbf16_ps(sums[j], factor, factor);
  }
  return total(sums);
}

struct Kernel {
  float (*round)(float half) = nullptr;  // null: not on this processor
  int adds = 0;                          // multiply-adds in one instruction
};

Kernel kernel_for(bool bf16) {
  if (bf16) return __builtin_cpu_supports("avx512bf16") ? Kernel{bf16_round, 32} : Kernel{};
  if (__builtin_cpu_supports("avx512f")) return {avx512_round, 16};
  const bool narrow = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return narrow ? Kernel{avx2_round, 8} : Kernel{};
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned wanted = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0;
  const unsigned count = wanted > 0 ? wanted : std::thread::hardware_concurrency();
  const Kernel kernel = kernel_for(argc > 2 && std::string_view(argv[2]) == "bf16");
  if (kernel.round == nullptr) {
    std::fputs("bench_fma_peak: this processor has no such multiply-add\n", stderr);
    return 1;
  }
  const double of_round = 2.0 * kSums * kRounds * kernel.adds;
  std::atomic<long> rounds = 0;
  std::atomic<float> half = 0.5F;  // which the compiler must not know
  std::atomic<float> sink = 0;
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      while (std::chrono::steady_clock::now() - start < kTime) {
        sink = kernel.round(half);
        ++rounds;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  std::printf("%.1f\n", static_cast<double>(rounds) * of_round / taken.count() / 1e9);
  return 0;
}
