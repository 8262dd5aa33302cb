// The overlay's two inner loops, written so that the compiler vectorises them, compiled for the baseline and, on
// x86-64, for AVX2 and AVX-512, chosen at run time.
#include <math.h>
#include <string.h>

#include "CKernels.h"

// Builds that do not vectorise, for example with sanitizers, need not say so.
#pragma clang diagnostic ignored "-Wpass-failed"

#define BLOCK 16
#define INLINE static inline __attribute__((always_inline))

INLINE float least(float a, float b) { return a < b ? a : b; }
INLINE float most(float a, float b) { return a > b ? a : b; }

// Part of a row of a capsule. The coverage of a pixel is how far its centre is inside the outline, within half a pixel.
INLINE void draw_block(uint32_t *pixels, const kapao_capsule *c, float dx, float dy, float inverse, float px, float py) {
  const float reach = c->radius + 0.5f;
  const uint32_t even = c->colour & 0x00FF00FF, odd = c->colour >> 8 & 0x00FF00FF;
#pragma clang loop vectorize_width(BLOCK) interleave(disable)
  for (int32_t i = 0; i < BLOCK; i++) {
    const float x = px + (float)i;
    const float t = least(most((x * dx + py * dy) * inverse, 0), 1);
    const float ex = x - t * dx, ey = py - t * dy;
    const float coverage = least(most(reach - sqrtf(ex * ex + ey * ey), 0), 1);
    const uint32_t a = (uint32_t)(int32_t)(coverage * 255 + 0.5f), b = 255 - a;
    // Two channels at a time; t / 255 rounded is (t + 128 + (t + 128 >> 8)) >> 8.
    uint32_t e = even * a + (pixels[i] & 0x00FF00FF) * b + 0x00800080;
    uint32_t o = odd * a + (pixels[i] >> 8 & 0x00FF00FF) * b + 0x00800080;
    e = (e + (e >> 8 & 0x00FF00FF)) >> 8 & 0x00FF00FF;
    o = (o + (o >> 8 & 0x00FF00FF)) & 0xFF00FF00;
    pixels[i] = e | o;
  }
}

// A row meets the capsule in the part of its axis that is near the row, and, where the capsule is slanted, within its
// width of the axis: columns beyond are not visited.
INLINE void draw(
    uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height, const kapao_capsule *c) {
  const float dx = c->x2 - c->x1, dy = c->y2 - c->y1, reach = c->radius + 0.6f;
  const float length = dx * dx + dy * dy, inverse = length > 0 ? 1 / length : 0;
  const int is_flat = fabsf(dy) < 1e-3f;
  const float rise = is_flat ? 0 : 1 / dy, slope = dx * rise, span = is_flat ? 1 : reach * fabsf(rise);
  const float half = is_flat ? INFINITY : reach * sqrtf(1 + slope * slope);
  const float leftmost = (float)x, rightmost = (float)(x + width);
  for (int32_t row = y; row < y + height; row++) {
    const float py = (float)row + 0.5f - c->y1, along = py * rise, middle = c->x1 + py * slope;
    const float a = c->x1 + most(0, along - span) * dx, b = c->x1 + least(1, along + span) * dx;
    const float left = most(leftmost, most(middle - half, least(a, b) - reach));
    const float right = least(rightmost, least(middle + half, most(a, b) + reach));
    if (!(left < right)) continue;
    const int32_t needed = ((int32_t)right - (int32_t)left + BLOCK) / BLOCK;
    const int32_t blocks = needed < width / BLOCK ? needed : width / BLOCK;
    const int32_t last = x + width - blocks * BLOCK, first = (int32_t)left < last ? (int32_t)left : last;
    uint32_t *pixels = canvas + row * stride + first;
    for (int32_t i = 0; i < blocks * BLOCK; i += BLOCK)
      draw_block(pixels + i, c, dx, dy, inverse, (float)(first + i) + 0.5f - c->x1, py);
  }
}

INLINE uint8_t mix(uint32_t old, uint32_t weight, uint32_t colour, int shift) {
  const uint32_t sum = (old * weight + colour + (1u << (shift - 1))) >> shift;
  return (uint8_t)(sum > 255 ? 255 : sum);
}

INLINE void blend_luma(
    const uint32_t *restrict pixels, uint8_t *restrict luma, int32_t count, uint32_t opacity, uint32_t alpha) {
  for (int32_t i = 0; i < count; i++) {
    const uint32_t p = pixels[i];
    luma[i] = mix(luma[i], 65536 - (((p >> 24) * alpha + 128) >> 8), (p >> 16 & 255) * opacity, 16);
  }
}

// Chroma of two rows: sums of four premultiplied pixels, at most 4 * 255, hence the shift of 18.
INLINE void blend_chroma(
    const uint32_t *restrict upper, const uint32_t *restrict lower, uint8_t *restrict u, uint8_t *restrict v,
    int32_t count, uint32_t opacity, uint32_t alpha) {
  uint32_t even[BLOCK], odd[BLOCK];
  for (int32_t i = 0; i < BLOCK; i++) {
    even[i] = (upper[i] & 0x00FF00FF) + (lower[i] & 0x00FF00FF);
    odd[i] = (upper[i] >> 8 & 0x00FF00FF) + (lower[i] >> 8 & 0x00FF00FF);
  }
  for (int32_t i = 0; i < count; i++) {
    const uint32_t e = even[2 * i] + even[2 * i + 1], o = odd[2 * i] + odd[2 * i + 1];
    const uint32_t weight = 262144 - (((o >> 16) * alpha + 128) >> 8);
    u[i] = mix(u[i], weight, (o & 0xFFFF) * opacity, 18);
    v[i] = mix(v[i], weight, (e & 0xFFFF) * opacity, 18);
  }
}

INLINE int32_t clamp(int32_t value, int32_t upper) { return value < 0 ? 0 : value > upper ? upper : value; }

INLINE int is_empty(const uint32_t *upper, const uint32_t *lower) {
  uint32_t any = 0;
  for (int32_t i = 0; i < BLOCK; i++) any |= upper[i] | lower[i];
  return any == 0;
}

INLINE void blend(
    uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height, uint32_t opacity,
    const kapao_yuv420 *f) {
  const uint32_t alpha = (opacity * 256u + 127) / 255;  // 255 * alpha / 256 is the opacity, rounded.
  const int32_t chroma_width = (f->width + 1) / 2, chroma_height = (f->height + 1) / 2;
  for (int32_t row = y; row < y + height; row += 2) {
    for (int32_t column = x; column < x + width; column += BLOCK) {
      uint32_t *upper = canvas + row * stride + column, *lower = upper + stride;
      if (is_empty(upper, lower)) continue;
      const int32_t count = clamp(f->width - column, BLOCK);
      if (count > 0 && row < f->height) {
        uint8_t *luma = f->y + row * f->y_stride + column;
        uint8_t *below = row + 1 < f->height ? luma + f->y_stride : NULL;
        if (count == BLOCK) {
          blend_luma(upper, luma, BLOCK, opacity, alpha);
          if (below) blend_luma(lower, below, BLOCK, opacity, alpha);
        } else {
          blend_luma(upper, luma, count, opacity, alpha);
          if (below) blend_luma(lower, below, count, opacity, alpha);
        }
      }
      const int32_t chroma_count = clamp(chroma_width - column / 2, BLOCK / 2);
      if (chroma_count > 0 && row / 2 < chroma_height) {
        uint8_t *u = f->u + row / 2 * f->u_stride + column / 2;
        uint8_t *v = f->v + row / 2 * f->v_stride + column / 2;
        if (chroma_count == BLOCK / 2) {
          blend_chroma(upper, lower, u, v, BLOCK / 2, opacity, alpha);
        } else {
          blend_chroma(upper, lower, u, v, chroma_count, opacity, alpha);
        }
      }
      memset(upper, 0, BLOCK * sizeof(uint32_t));
      memset(lower, 0, BLOCK * sizeof(uint32_t));
    }
  }
}

typedef void draw_function(
    uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height, const kapao_capsule *c);
typedef void blend_function(
    uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height, uint32_t opacity,
    const kapao_yuv420 *f);

#define VARIANT(name, ...)                                                                                           \
  __VA_ARGS__ static void draw_##name(                                                                               \
      uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height,                       \
      const kapao_capsule *c) {                                                                                      \
    draw(canvas, stride, x, y, width, height, c);                                                                    \
  }                                                                                                                  \
  __VA_ARGS__ static void blend_##name(                                                                              \
      uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height, uint32_t opacity,     \
      const kapao_yuv420 *f) {                                                                                       \
    blend(canvas, stride, x, y, width, height, opacity, f);                                                          \
  }

VARIANT(baseline)

#if defined(__x86_64__)
VARIANT(avx2, __attribute__((target("avx2,fma"))))
VARIANT(avx512, __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512))))

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#define CHOOSE(kind) (has_avx512() ? kind##_avx512 : has_avx2() ? kind##_avx2 : kind##_baseline)
#else
#define CHOOSE(kind) kind##_baseline
#endif

void kapao_overlay_draw(
    uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height,
    const kapao_capsule *capsule) {
  draw_function *const variant = CHOOSE(draw);
  variant(canvas, stride, x, y, width, height, capsule);
}

void kapao_overlay_blend(
    uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height, uint32_t opacity,
    const kapao_yuv420 *frame) {
  blend_function *const variant = CHOOSE(blend);
  variant(canvas, stride, x, y, width, height, opacity, frame);
}
