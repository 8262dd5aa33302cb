// Loops over pixels and feature maps that Swift would run several times slower.
#pragma once

#include <stdint.h>

// MARK: inference.c

/// Network input from RGB bytes (height × width × 3): values / 255, space-to-depth by two in the channel order
/// (row 0, column 0) (row 1, column 0) (row 0, column 1) (row 1, column 1), each RGB; `block` channels side by side.
/// Channels 12 and up to a multiple of `block` become zero.
void kapao_space_to_depth_u8(const uint8_t *pixels, int width, int height, float *output, int block);

/// The same from floats, taken as they are.
void kapao_space_to_depth_f32(const float *pixels, int width, int height, float *output, int block);

/// Columns `first` to `first + count` of the im2col matrix (channels · kernel² rows) of a convolution with padding
/// kernel / 2 over channels × height × width; each row of `columns` has `count` values.
void kapao_im2col(const float *input, int channels, int height, int width, int kernel, int stride, int first, int count,
                  float *columns);

/// Adds one bias to a row of `count` values, then SiLU if `activates`, then `residual` unless it is null.
void kapao_bias_silu_add(float *values, float bias, int activates, const float *residual, int count);

/// Maximum over windows of kernel × kernel cells, stride 1, of channels × height × width.
void kapao_max_pool(const float *input, int channels, int height, int width, int kernel, float *output);

/// Nearest-neighbour enlargement by two of `planes` planes of height × width cells, each of `block` floats.
void kapao_upsample(const float *input, int planes, int height, int width, int block, float *output);

/// Vector instructions of this processor: 2 for AVX-512 (F, BW, DQ, VL), 1 for AVX2 with FMA, 0 otherwise.
int kapao_vector_level(void);
