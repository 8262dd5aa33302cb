// Scales 4:2:0 frames to RGB; written so that the compiler vectorises it, compiled for the baseline and, on x86-64, for
// AVX2 and AVX-512. Every variant computes the same integers.
#include <string.h>

#include "CKernels.h"

// Output columns that are worked on at once, so that what lies between the steps stays in the first cache.
#define TILE KAPAO_LETTERBOX_TILE
#define INLINE static inline __attribute__((always_inline))

// Samples on their way are 16-bit integers, 128 for each level of the frame's bytes. What is summed up over taps is
// rounded in its first four and cut in further ones, so that 255 does not become more.

// One sample of `taps` rows (2 or 4), in each column.
INLINE void sum_rows(
    const uint8_t *const *rows, const int16_t *weights, int32_t taps, int is_first, int32_t count,
    int16_t *restrict sums) {
  const uint8_t *restrict a = rows[0], *restrict b = rows[1];
  const uint8_t *restrict c = rows[taps - 2], *restrict d = rows[taps - 1];
  const int32_t wa = weights[0], wb = weights[1], wc = weights[taps - 2], wd = weights[taps - 1];
  for (int32_t i = 0; i < count; i++) {
    int32_t sum = is_first ? 64 : 0;
    sum += a[i] * wa + b[i] * wb;
    if (taps == 4) sum += c[i] * wc + d[i] * wd;
    sums[i] = (int16_t)((is_first ? 0 : sums[i]) + (sum >> 7));
  }
}

// A row of the output in the columns of a plane.
INLINE void scale_rows(
    const kapao_filter *filter, int32_t row, const uint8_t *plane, ptrdiff_t stride, int32_t width, int32_t height,
    int16_t *sums) {
  const int16_t *weights = filter->weights + (ptrdiff_t)row * filter->taps;
  for (int32_t t = 0; t < filter->taps; t += 4) {
    const uint8_t *rows[4];
    for (int32_t i = 0; i < 4; i++) {
      const int32_t y = filter->first[row] + t + i;
      rows[i] = plane + (y < height ? y : height - 1) * stride;
    }
    if (filter->taps == 2) {
      sum_rows(rows, weights, 2, 1, width, sums);
    } else if (t == 0) {
      sum_rows(rows, weights, 4, 1, width, sums);
    } else {
      sum_rows(rows, weights + t, 4, 0, width, sums);
    }
  }
}

// Two neighbouring samples for every column of a tile. A copy of four bytes each is faster than vector gathers.
INLINE void gather(const int16_t *restrict row, const int32_t *restrict first, int16_t *restrict pairs) {
#pragma clang loop vectorize(disable) unroll_count(8)
  for (int32_t i = 0; i < TILE; i++) memcpy(pairs + 2 * i, row + first[i], 2 * sizeof(int16_t));
}

// One sample of `taps` gathered ones (2 or 4), in each column of a tile.
INLINE void sum_columns(
    const int16_t *restrict p, const int16_t *restrict v, const int16_t *restrict w, int32_t taps, int is_first,
    int16_t *restrict sums) {
  const int16_t *restrict q = p + 2 * TILE;
  for (int32_t i = 0; i < TILE; i++) {
    int32_t sum = is_first ? 1 << 13 : 0;
    sum += p[2 * i] * v[2 * i] + p[2 * i + 1] * v[2 * i + 1];
    if (taps == 4) sum += q[2 * i] * w[2 * i] + q[2 * i + 1] * w[2 * i + 1];
    sums[i] = (int16_t)((is_first ? 0 : sums[i]) + (sum >> 14));
  }
}

// A tile of a row, `columns` being the output's columns in whole tiles.
INLINE void scale_columns(
    const kapao_filter *filter, int32_t x, int32_t columns, const int16_t *row, int16_t *restrict sums) {
  int16_t pairs[4 * TILE];
  const int32_t *first = filter->first + x;
  const int16_t *weights = filter->weights + 2 * x;
  gather(row, first, pairs);
  if (filter->taps == 2) {
    sum_columns(pairs, weights, weights, 2, 1, sums);
    return;
  }
  gather(row + 2, first, pairs + 2 * TILE);
  sum_columns(pairs, weights, weights + 2 * columns, 4, 1, sums);
  for (int32_t t = 4; t < filter->taps; t += 4) {
    weights += 4 * columns;
    gather(row + t, first, pairs);
    gather(row + t + 2, first, pairs + 2 * TILE);
    sum_columns(pairs, weights, weights + 2 * columns, 4, 0, sums);
  }
}

INLINE int16_t high(int16_t a, int16_t b) { return (int16_t)(a * b >> 16); }

INLINE uint8_t byte(int32_t value) {
  value >>= 5;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Products are in 32nds of a level and cut; 17 is half a level for rounding and half of what two products lose.
INLINE void convert(
    const kapao_letterbox *l, const int16_t *restrict y, const int16_t *restrict u, const int16_t *restrict v,
    int32_t count, uint8_t *restrict rgb) {
  const int16_t black = l->black, luma = l->luma;
  const int16_t red_v = l->red_v, green_u = l->green_u, green_v = l->green_v, blue_u = l->blue_u;
  for (int32_t i = 0; i < count; i++) {
    const int16_t grey = (int16_t)(high((int16_t)(y[i] - black), luma) + 17);
    const int16_t cu = (int16_t)(2 * (u[i] - (128 << 7))), cv = (int16_t)(2 * (v[i] - (128 << 7)));
    rgb[3 * i] = byte((int16_t)(grey + high(cv, red_v)));
    rgb[3 * i + 1] = byte((int16_t)(grey + high(cu, green_u) + high(cv, green_v)));
    rgb[3 * i + 2] = byte((int16_t)(grey + high(cu, blue_u)));
  }
}

INLINE void scale(
    const kapao_letterbox *l, const kapao_yuv420 *f, int16_t *rows, uint8_t *rgb, ptrdiff_t stride) {
  const int32_t chroma_width = (f->width + 1) / 2, chroma_height = (f->height + 1) / 2;
  const int32_t columns = (l->width + TILE - 1) / TILE * TILE;
  int16_t *y_row = rows, *u_row = y_row + f->width + l->luma_columns.taps;
  int16_t *v_row = u_row + chroma_width + l->chroma_columns.taps;
  for (int32_t row = 0; row < l->height; row++, rgb += stride) {
    scale_rows(&l->luma_rows, row, f->y, f->y_stride, f->width, f->height, y_row);
    scale_rows(&l->chroma_rows, row, f->u, f->u_stride, chroma_width, chroma_height, u_row);
    scale_rows(&l->chroma_rows, row, f->v, f->v_stride, chroma_width, chroma_height, v_row);
    for (int32_t x = 0; x < l->width; x += TILE) {
      int16_t y[TILE], u[TILE], v[TILE];
      scale_columns(&l->luma_columns, x, columns, y_row, y);
      scale_columns(&l->chroma_columns, x, columns, u_row, u);
      scale_columns(&l->chroma_columns, x, columns, v_row, v);
      convert(l, y, u, v, l->width - x < TILE ? l->width - x : TILE, rgb + 3 * x);
    }
  }
}

#define VARIANT(name, ...)                                                                                 \
  __VA_ARGS__ static void scale_##name(                                                                    \
      const kapao_letterbox *l, const kapao_yuv420 *f, int16_t *rows, uint8_t *rgb, ptrdiff_t stride) {    \
    scale(l, f, rows, rgb, stride);                                                                        \
  }

VARIANT(baseline)
#if defined(__x86_64__)
VARIANT(avx2, __attribute__((target("avx2,fma"))))
VARIANT(avx512, __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512))))
#endif

void kapao_letterbox_scale(
    const kapao_letterbox *letterbox, const kapao_yuv420 *frame, int level, int16_t *rows, uint8_t *rgb,
    ptrdiff_t stride) {
#if defined(__x86_64__)
  const int most = kapao_vector_level();
  if (most >= 2 && level >= 2) return scale_avx512(letterbox, frame, rows, rgb, stride);
  if (most >= 1 && level >= 1) return scale_avx2(letterbox, frame, rows, rgb, stride);
#endif
  scale_baseline(letterbox, frame, rows, rgb, stride);
}
