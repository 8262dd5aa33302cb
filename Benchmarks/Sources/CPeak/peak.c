#include "CPeak.h"

#if defined(__x86_64__)
#include <immintrin.h>

static volatile float sink;

__attribute__((target("avx512f"))) static double peak_avx512(long rounds) {
  __m512 a[16];
  const __m512 x = _mm512_set1_ps(0.999999f), y = _mm512_set1_ps(1e-6f);
  for (int i = 0; i < 16; i++) a[i] = _mm512_set1_ps((float)i);
  for (long r = 0; r < rounds; r++)
#pragma unroll
    for (int i = 0; i < 16; i++) a[i] = _mm512_fmadd_ps(a[i], x, y);
  for (int i = 1; i < 16; i++) a[0] = _mm512_add_ps(a[0], a[i]);
  sink = _mm512_cvtss_f32(a[0]);
  return (double)rounds * 16 * 16 * 2;
}

__attribute__((target("avx2,fma"))) static double peak_avx2(long rounds) {
  __m256 a[12];
  const __m256 x = _mm256_set1_ps(0.999999f), y = _mm256_set1_ps(1e-6f);
  for (int i = 0; i < 12; i++) a[i] = _mm256_set1_ps((float)i);
  for (long r = 0; r < rounds; r++)
#pragma unroll
    for (int i = 0; i < 12; i++) a[i] = _mm256_fmadd_ps(a[i], x, y);
  for (int i = 1; i < 12; i++) a[0] = _mm256_add_ps(a[0], a[i]);
  sink = _mm256_cvtss_f32(a[0]);
  return (double)rounds * 12 * 8 * 2;
}

__attribute__((target("avx512f,avx512vnni"))) static double peak_vnni512(long rounds) {
  __m512i a[16];
  const __m512i x = _mm512_set1_epi8(3), y = _mm512_set1_epi8(-5);
  for (int i = 0; i < 16; i++) a[i] = _mm512_set1_epi32(i);
  for (long r = 0; r < rounds; r++)
#pragma unroll
    for (int i = 0; i < 16; i++) a[i] = _mm512_dpbusd_epi32(a[i], x, y);
  for (int i = 1; i < 16; i++) a[0] = _mm512_add_epi32(a[0], a[i]);
  sink = (float)_mm512_reduce_add_epi32(a[0]);
  return (double)rounds * 16 * 64 * 2;
}

__attribute__((target("avx2,avxvnni"))) static double peak_vnni256(long rounds) {
  __m256i a[12];
  const __m256i x = _mm256_set1_epi8(3), y = _mm256_set1_epi8(-5);
  for (int i = 0; i < 12; i++) a[i] = _mm256_set1_epi32(i);
  for (long r = 0; r < rounds; r++)
#pragma unroll
    for (int i = 0; i < 12; i++) a[i] = _mm256_dpbusd_avx_epi32(a[i], x, y);
  for (int i = 1; i < 12; i++) a[0] = _mm256_add_epi32(a[0], a[i]);
  sink = (float)_mm256_extract_epi32(a[0], 0);
  return (double)rounds * 12 * 32 * 2;
}

double kapao_peak_int8(long rounds) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vnni")) return peak_vnni512(rounds);
  if (__builtin_cpu_supports("avxvnni")) return peak_vnni256(rounds);
  return 0;
}

double kapao_peak_fma(long rounds) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return peak_avx512(rounds);
  if (__builtin_cpu_supports("fma")) return peak_avx2(rounds);
  return 0;
}
#else
double kapao_peak_fma(long rounds) { return 0; }
double kapao_peak_int8(long rounds) { return 0; }
#endif
