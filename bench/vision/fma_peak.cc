// The float32 peak of some of this machine's processors: fused multiply-adds on registers alone.
//   bench_fma_peak [THREADS]
// Prints GFLOP/s of all threads together, a multiply-add as two.
#include <immintrin.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kSums = 12;  // independent ones: more than latency times units
constexpr long kRounds = 1 << 16;
constexpr std::chrono::milliseconds kTime{1000};

__attribute__((target("avx512f"))) float avx512_round(float half) {
  __m512 sums[kSums];
  for (std::size_t j = 0; j < kSums; ++j) sums[j] = _mm512_set1_ps(static_cast<float>(j));
  const __m512 factor = _mm512_set1_ps(half);
  for (long i = 0; i < kRounds; ++i) {
#pragma clang loop unroll(full)
    for (std::size_t j = 0; j < kSums; ++j) sums[j] = _mm512_fmadd_ps(sums[j], factor, factor);
  }
  __m512 all = sums[0];
  for (std::size_t j = 1; j < kSums; ++j) all = _mm512_add_ps(all, sums[j]);
  return _mm512_cvtss_f32(all);
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

}  // namespace

int main(int argc, char** argv) {
  const unsigned wanted = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0;
  const unsigned count = wanted > 0 ? wanted : std::thread::hardware_concurrency();
  const bool wide = __builtin_cpu_supports("avx512f") != 0;
  if (!wide && (__builtin_cpu_supports("avx2") == 0 || __builtin_cpu_supports("fma") == 0)) {
    std::fputs("bench_fma_peak: this processor has no fused multiply-add\n", stderr);
    return 1;
  }
  const double of_round = 2.0 * kSums * kRounds * (wide ? 16 : 8);
  std::atomic<long> rounds = 0;
  std::atomic<float> half = 0.5F;  // which the compiler must not know
  std::atomic<float> sink = 0;
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      while (std::chrono::steady_clock::now() - start < kTime) {
        sink = wide ? avx512_round(half) : avx2_round(half);
        ++rounds;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  std::printf("%.1f\n", static_cast<double>(rounds) * of_round / taken.count() / 1e9);
  return 0;
}
