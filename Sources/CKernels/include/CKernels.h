// Loops over pixels and feature maps that Swift would run several times slower.
#pragma once

#include <stddef.h>
#include <stdint.h>

// MARK: inference.c

/// Network input from `count` RGB pixels in bytes: values / 255 as three planes of floats.
void kapao_planes_u8(const uint8_t *pixels, int count, float *planes);

/// The same from floats, taken as they are.
void kapao_planes_f32(const float *pixels, int count, float *planes);

/// `count` floats 0…1 as bytes 0…255, rounded and cut.
void kapao_bytes_f32(const float *values, int count, uint8_t *bytes);

/// Cells of 12 bytes from height × width cells of 2×2 RGB pixels: the two pixels above, then the two below.
void kapao_focus(const uint8_t *pixels, int height, int width, uint8_t *cells);

/// Widens `low` and `high`, one each for every channel, to the values of `planes` planes of `cells` cells, each of
/// `block` floats.
void kapao_range(const float *values, int planes, int cells, int block, float *low, float *high);

/// Columns `first` to `first + count` of the im2col matrix (channels · kernel² rows) of a convolution with padding
/// (kernel − 1) / 2 over channels × height × width; each row of `columns` has `count` values.
void kapao_im2col(const float *input, int channels, int height, int width, int kernel, int stride, int first, int count,
                  float *columns);

/// Adds one bias to a row of `count` values, then SiLU if `activates`, then `residual` unless it is null.
void kapao_bias_silu_add(float *values, float bias, int activates, const float *residual, int count);

/// Maximum over windows of kernel × kernel cells, stride 1, of channels × height × width.
void kapao_max_pool(const float *input, int channels, int height, int width, int kernel, float *output);

/// Nearest-neighbour enlargement by two of `planes` planes of height × width cells, each of `block` floats.
void kapao_upsample(const float *input, int planes, int height, int width, int block, float *output);

/// Nearest-neighbour enlargement by two of height × width cells of `channels` bytes; in the output each cell's channels
/// begin `pitch` bytes after those of the one before.
void kapao_upsample_cells(const uint8_t *input, int height, int width, int channels, int pitch, uint8_t *output);

/// Copies `cells` cells of `channels` bytes; in the output each cell's begin `pitch` bytes after those of the one before.
void kapao_copy_cells(const uint8_t *input, int cells, int channels, int pitch, uint8_t *output);

/// Vector instructions of this processor: 2 for AVX-512 (F, BW, DQ, VL), 1 for AVX2 with FMA, 0 otherwise.
int kapao_vector_level(void);

// MARK: threads.c

/// Keeps the calling thread on the core where it is and returns which; -1 if the process has no other.
int kapao_stay(void);

/// Lets the calling thread run on all cores again on which it might before, unless somebody else has changed them.
void kapao_roam(void);

/// Keeps the calling thread off a core, and no longer off the one that it was kept off before.
void kapao_keep_off(int core);

// MARK: overlay.c

// A canvas of premultiplied pixels 0xAAYYUUVV, drawn in the frame's own YUV, blended onto 4:2:0 planes.

/// The three planes of an 8-bit 4:2:0 frame; the chroma planes have half the size, rounded up.
typedef struct {
  uint8_t *y;
  uint8_t *u;
  uint8_t *v;
  ptrdiff_t y_stride;
  ptrdiff_t u_stride;
  ptrdiff_t v_stride;
  int32_t width;
  int32_t height;
} kapao_yuv420;

/// A line with round ends, or a disc where both ends are the same, in pixels of the canvas. Coordinates are those of
/// pixel corners: the first pixel's centre is (0.5, 0.5).
typedef struct {
  float x1;
  float y1;
  float x2;
  float y2;
  float radius;
  /// An opaque colour 0xFFYYUUVV.
  uint32_t colour;
} kapao_capsule;

/// Draws the part of a capsule that lies in columns `x` ..< `x + width` and rows `y` ..< `y + height` of the canvas,
/// anti-aliased over what is there. `stride` is in pixels; `width` is a multiple of 16.
void kapao_overlay_draw(
    uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height,
    const kapao_capsule *capsule);

/// Blends a part of the canvas onto the frame and clears it: `opacity` of 65536 draws it as it is, 0 not at all.
///
/// `x` and `width` are multiples of 16, `y` and `height` of 2; what lies outside the frame is cleared only. A chroma
/// sample gets the mean of the four canvas pixels that it covers. Where the canvas is empty, samples keep their value.
void kapao_overlay_blend(
    uint32_t *canvas, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height, uint32_t opacity,
    const kapao_yuv420 *frame);

// MARK: letterbox.c

/// Columns of the output that are computed at once.
#define KAPAO_LETTERBOX_TILE 128

/// How samples of a scaled line (a row or a column of a plane) are made: sample i is the sum of the line's samples from
/// `first[i]` on, each times its weight. The weights of a sample sum to 1 << 14; where samples after the line's end are
/// among them, their weight is 0.
typedef struct {
  /// 2 or a multiple of 4.
  int32_t taps;
  const int32_t *first;
  /// For rows of the output, weight t of sample i is at [i * taps + t]. For columns, where `first` and the weights go on
  /// to a whole number of tiles, n samples, pairs are together: it is at [t / 2 * 2 * n + 2 * i + t % 2].
  const int16_t *weights;
} kapao_filter;

/// A scaling of 4:2:0 frames of one size to `width` × `height` pixels in RGB.
typedef struct {
  int32_t width;
  int32_t height;
  kapao_filter luma_columns;
  kapao_filter luma_rows;
  kapao_filter chroma_columns;
  kapao_filter chroma_rows;
  /// Luma of black, times 1 << 7.
  int16_t black;
  /// What a step of luma adds to each colour, in levels times 1 << 14.
  int16_t luma;
  /// What a step of U or V adds to a colour, in levels times 1 << 13.
  int16_t red_v;
  int16_t green_u;
  int16_t green_v;
  int16_t blue_u;
} kapao_letterbox;

/// Scales a frame and writes `height` rows of exactly 3 · `width` bytes, RGB, `stride` bytes apart.
///
/// `rows` is working memory for one row of each plane: as many values as the plane's width and its filter's taps across
/// columns. `level` limits the vector instructions as `kapao_vector_level` numbers them; the bytes do not depend on it.
void kapao_letterbox_scale(
    const kapao_letterbox *letterbox, const kapao_yuv420 *frame, int level, int16_t *rows, uint8_t *rgb,
    ptrdiff_t stride);
