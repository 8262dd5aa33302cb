// Loops of the inference module; see include/CKernels.h.
#include "CKernels.h"

#include <stddef.h>
#include <string.h>

// The choice is made before ThreadSanitizer's runtime is there.
#if defined(__x86_64__) && !__has_feature(thread_sanitizer)
#define VECTORISED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORISED
#endif

VECTORISED void kapao_planes_u8(const uint8_t *pixels, int count, float *planes) {
  float *red = planes, *green = planes + count, *blue = planes + 2 * (size_t)count;
  for (int i = 0; i < count; i++) {
    red[i] = pixels[3 * (size_t)i] * (1.0f / 255.0f);
    green[i] = pixels[3 * (size_t)i + 1] * (1.0f / 255.0f);
    blue[i] = pixels[3 * (size_t)i + 2] * (1.0f / 255.0f);
  }
}

VECTORISED void kapao_planes_f32(const float *pixels, int count, float *planes) {
  float *red = planes, *green = planes + count, *blue = planes + 2 * (size_t)count;
  for (int i = 0; i < count; i++) {
    red[i] = pixels[3 * (size_t)i];
    green[i] = pixels[3 * (size_t)i + 1];
    blue[i] = pixels[3 * (size_t)i + 2];
  }
}

VECTORISED void kapao_bytes_f32(const float *values, int count, uint8_t *bytes) {
  for (int i = 0; i < count; i++) {
    const float scaled = values[i] * 255.0f + 0.5f;
    bytes[i] = (uint8_t)(scaled < 0 ? 0 : scaled > 255 ? 255 : scaled);
  }
}

VECTORISED void kapao_focus(const uint8_t *pixels, int height, int width, uint8_t *cells) {
  const size_t row = 6 * (size_t)width;
  for (int y = 0; y < height; y++, pixels += 2 * row)
    for (int x = 0; x < width; x++, cells += 12) {
      memcpy(cells, pixels + 6 * (size_t)x, 6);
      memcpy(cells + 6, pixels + row + 6 * (size_t)x, 6);
    }
}

VECTORISED void kapao_range(const float *values, int planes, int cells, int block, float *low, float *high) {
  for (int plane = 0; plane < planes; plane++, low += block, high += block)
    for (int cell = 0; cell < cells; cell++, values += block)
      for (int lane = 0; lane < block; lane++) {
        low[lane] = values[lane] < low[lane] ? values[lane] : low[lane];
        high[lane] = values[lane] > high[lane] ? values[lane] : high[lane];
      }
}

void kapao_im2col(const float *input, int channels, int height, int width, int kernel, int stride, int first, int count,
                  float *columns) {
  const int pad = (kernel - 1) / 2;
  const int outputs = (width + 2 * pad - kernel) / stride + 1;
  for (int channel = 0; channel < channels; channel++)
    for (int ky = 0; ky < kernel; ky++)
      for (int kx = 0; kx < kernel; kx++) {
        const float *plane = input + (size_t)channel * height * width;
        // Row by row of the output, the part of each that falls into first ..< first + count.
        for (int done = 0; done < count;) {
          const int oy = (first + done) / outputs, ox = (first + done) % outputs;
          const int run = outputs - ox < count - done ? outputs - ox : count - done;
          const int iy = oy * stride - pad + ky;
          if (iy < 0 || iy >= height) {
            memset(columns + done, 0, (size_t)run * sizeof(float));
          } else {
            const float *row = plane + (size_t)iy * width;
            for (int i = 0; i < run; i++) {
              const int ix = (ox + i) * stride - pad + kx;
              columns[done + i] = ix < 0 || ix >= width ? 0 : row[ix];
            }
          }
          done += run;
        }
        columns += count;
      }
}

// e^x by 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Taylor to degree 7, relative error below 1e-7).
static inline __attribute__((always_inline)) float exponential(float x) {
  x = x < -87.0f ? -87.0f : x > 87.0f ? 87.0f : x;
  const float scaled = x * 1.44269504f;
  const int n = (int)(scaled + (scaled < 0 ? -0.5f : 0.5f));
  const float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.98412698e-4f;
  p = p * r + 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  union { int32_t i; float f; } power = {.i = (n + 127) << 23};
  return p * power.f;
}

VECTORISED void kapao_bias_silu_add(float *values, float bias, int activates, const float *residual, int count) {
  if (!activates) {
    for (int i = 0; i < count; i++) values[i] += bias;
  } else if (!residual) {
    for (int i = 0; i < count; i++) {
      const float x = values[i] + bias;
      values[i] = x / (1.0f + exponential(-x));
    }
    return;
  } else {
    for (int i = 0; i < count; i++) {
      const float x = values[i] + bias;
      values[i] = x / (1.0f + exponential(-x)) + residual[i];
    }
    return;
  }
  if (residual)
    for (int i = 0; i < count; i++) values[i] += residual[i];
}

void kapao_max_pool(const float *input, int channels, int height, int width, int kernel, float *output) {
  const int reach = kernel / 2;
  for (int channel = 0; channel < channels; channel++, input += (size_t)height * width)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        const int top = y - reach < 0 ? 0 : y - reach, bottom = y + reach >= height ? height - 1 : y + reach;
        const int left = x - reach < 0 ? 0 : x - reach, right = x + reach >= width ? width - 1 : x + reach;
        float best = input[(size_t)top * width + left];
        for (int j = top; j <= bottom; j++)
          for (int i = left; i <= right; i++) {
            const float value = input[(size_t)j * width + i];
            if (value > best) best = value;
          }
        *output++ = best;
      }
}

void kapao_upsample(const float *input, int planes, int height, int width, int block, float *output) {
  const size_t row = (size_t)width * 2 * block;
  for (int line = 0; line < planes * height; line++) {
    float *out = output + (size_t)line * 2 * row;
    for (int x = 0; x < width; x++, input += block) {
      memcpy(out + (size_t)(2 * x) * block, input, (size_t)block * sizeof(float));
      memcpy(out + (size_t)(2 * x + 1) * block, input, (size_t)block * sizeof(float));
    }
    memcpy(out + row, out, row * sizeof(float));
  }
}

void kapao_upsample_cells(const uint8_t *input, int height, int width, int channels, int pitch, uint8_t *output) {
  const size_t row = (size_t)width * 2 * pitch;
  for (int y = 0; y < height; y++, output += 2 * row)
    for (int x = 0; x < width; x++, input += channels) {
      uint8_t *out = output + (size_t)(2 * x) * pitch;
      memcpy(out, input, (size_t)channels);
      memcpy(out + pitch, input, (size_t)channels);
      memcpy(out + row, input, (size_t)channels);
      memcpy(out + row + pitch, input, (size_t)channels);
    }
}

void kapao_copy_cells(const uint8_t *input, int cells, int channels, int pitch, uint8_t *output) {
  for (int cell = 0; cell < cells; cell++, input += channels, output += pitch) memcpy(output, input, (size_t)channels);
}

int kapao_vector_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return 2;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
  return 0;
}
