// Macros of oneDNN that Swift cannot import, what differs between oneDNN 2.6 and 3, and OpenMP's calls to set the size of a
// thread's team and to work in one.
#pragma once

#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

void omp_set_num_threads(int num_threads);
int omp_get_max_threads(void);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
// What `#pragma omp parallel` is compiled to.
void GOMP_parallel(void (*work)(void *), void *context, unsigned threads, unsigned flags);

static inline int kapao_dnnl_arg_post_op_src1(int index) {
  return DNNL_ARG_ATTR_MULTIPLE_POST_OP(index) | DNNL_ARG_SRC_1;
}
static inline int kapao_dnnl_arg_zero_point(int argument) { return DNNL_ARG_ATTR_ZERO_POINTS | argument; }

// The layout of a tensor, as a handle: oneDNN 2 has structures in its place.
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t kapao_dnnl_layout_t;
typedef const_dnnl_memory_desc_t kapao_dnnl_const_layout_t;
#else
typedef dnnl_memory_desc_t *kapao_dnnl_layout_t;
typedef const dnnl_memory_desc_t *kapao_dnnl_const_layout_t;
#endif

static inline dnnl_status_t kapao_dnnl_layout_with_strides(
    kapao_dnnl_layout_t *layout, int count, const dnnl_dim_t *shape, dnnl_data_type_t type, const dnnl_dim_t *strides) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(layout, count, shape, type, strides);
#else
  *layout = (kapao_dnnl_layout_t)calloc(1, sizeof **layout);
  return *layout ? dnnl_memory_desc_init_by_strides(*layout, count, shape, type, strides) : dnnl_out_of_memory;
#endif
}

static inline dnnl_status_t kapao_dnnl_layout_with_tag(
    kapao_dnnl_layout_t *layout, int count, const dnnl_dim_t *shape, dnnl_data_type_t type, dnnl_format_tag_t tag) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(layout, count, shape, type, tag);
#else
  *layout = (kapao_dnnl_layout_t)calloc(1, sizeof **layout);
  return *layout ? dnnl_memory_desc_init_by_tag(*layout, count, shape, type, tag) : dnnl_out_of_memory;
#endif
}

static inline dnnl_status_t kapao_dnnl_layout_copy(kapao_dnnl_layout_t *layout, kapao_dnnl_const_layout_t other) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_clone(layout, other);
#else
  *layout = (kapao_dnnl_layout_t)calloc(1, sizeof **layout);
  if (!*layout) return dnnl_out_of_memory;
  **layout = *other;
  return dnnl_success;
#endif
}

static inline void kapao_dnnl_layout_free(kapao_dnnl_layout_t layout) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_destroy(layout);
#else
  free(layout);
#endif
}

// A convolution for inference with the same strides and padding on all sides; `attributes` may not be null.
static inline dnnl_status_t kapao_dnnl_convolution(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, kapao_dnnl_const_layout_t source,
    kapao_dnnl_const_layout_t weights, kapao_dnnl_const_layout_t bias, kapao_dnnl_const_layout_t target,
    dnnl_dim_t stride, dnnl_dim_t padding, const_dnnl_primitive_attr_t attributes) {
  const dnnl_dims_t strides = {stride, stride}, paddings = {padding, padding};
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_convolution_forward_primitive_desc_create(
      result, engine, dnnl_forward_inference, dnnl_convolution_direct, source, weights, bias, target, strides, NULL,
      paddings, paddings, attributes);
#else
  dnnl_convolution_desc_t description;
  dnnl_status_t status = dnnl_convolution_forward_desc_init(
      &description, dnnl_forward_inference, dnnl_convolution_direct, source, weights, bias, target, strides, paddings,
      paddings);
  return status ? status : dnnl_primitive_desc_create(result, &description, attributes, engine, NULL);
#endif
}

// Maximum over windows of kernel × kernel that move by one cell, for inference.
static inline dnnl_status_t kapao_dnnl_maximum(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, kapao_dnnl_const_layout_t source,
    kapao_dnnl_const_layout_t target, dnnl_dim_t kernel, const_dnnl_primitive_attr_t attributes) {
  const dnnl_dims_t strides = {1, 1}, window = {kernel, kernel}, paddings = {kernel / 2, kernel / 2};
#if DNNL_VERSION_MAJOR >= 3
  const dnnl_dims_t dilation = {0, 0};
  return dnnl_pooling_forward_primitive_desc_create(
      result, engine, dnnl_forward_inference, dnnl_pooling_max, source, target, strides, window, dilation, paddings,
      paddings, attributes);
#else
  dnnl_pooling_desc_t description;
  dnnl_status_t status = dnnl_pooling_forward_desc_init(
      &description, dnnl_forward_inference, dnnl_pooling_max, source, target, strides, window, paddings, paddings);
  return status ? status : dnnl_primitive_desc_create(result, &description, attributes, engine, NULL);
#endif
}

static inline dnnl_status_t kapao_dnnl_append_eltwise(dnnl_post_ops_t list, dnnl_alg_kind_t kind, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_post_ops_append_eltwise(list, kind, alpha, beta);
#else
  return dnnl_post_ops_append_eltwise(list, 1, kind, alpha, beta);
#endif
}

static inline dnnl_status_t kapao_dnnl_append_sum(dnnl_post_ops_t list, int32_t zero_point) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_post_ops_append_sum(list, 1, zero_point, dnnl_data_type_undef);
#else
  return dnnl_post_ops_append_sum_v3(list, 1, zero_point, dnnl_data_type_undef);
#endif
}

// Scales and zero points. oneDNN 2 takes their values with the attributes, and ignores them among the arguments of the
// finished primitive; oneDNN 3 takes them there only. So they are given in both places.

// One scale for each output channel of a convolution. Its bias is in units of the scaled result in oneDNN 3, and of the sum
// before scaling in oneDNN 2: see kapao_dnnl_bias.
static inline dnnl_status_t kapao_dnnl_scale_convolution(dnnl_primitive_attr_t attributes, dnnl_dim_t count, const float *scales) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_WEIGHTS, 1);
#else
  return dnnl_primitive_attr_set_output_scales(attributes, count, 2, scales);
#endif
}

static inline int kapao_dnnl_arg_convolution_scales(void) {
#if DNNL_VERSION_MAJOR >= 3
  return DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS;
#else
  return DNNL_ARG_ATTR_OUTPUT_SCALES;
#endif
}

// The bias of a scaled convolution, from one in units of the sum before scaling.
static inline float kapao_dnnl_bias(float bias, float scale) {
  return DNNL_VERSION_MAJOR >= 3 ? bias * scale : bias;
}

// One factor for each channel of what is copied.
static inline dnnl_status_t kapao_dnnl_scale_copy(dnnl_primitive_attr_t attributes, dnnl_dim_t count, const float *scales) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_SRC, 2);
#else
  return dnnl_primitive_attr_set_output_scales(attributes, count, 2, scales);
#endif
}

static inline int kapao_dnnl_arg_copy_scales(void) {
#if DNNL_VERSION_MAJOR >= 3
  return DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC;
#else
  return DNNL_ARG_ATTR_OUTPUT_SCALES;
#endif
}

// The integer that stands for zero in an argument.
static inline dnnl_status_t kapao_dnnl_set_zero_point(dnnl_primitive_attr_t attributes, int argument, int32_t value) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_primitive_attr_set_zero_points_mask(attributes, argument, 0);
#else
  return dnnl_primitive_attr_set_zero_points(attributes, argument, 1, 0, &value);
#endif
}
