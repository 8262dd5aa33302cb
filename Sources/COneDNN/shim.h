// Macros of oneDNN that Swift cannot import, and the two OpenMP calls that set a thread's team size.
#pragma once

#include <oneapi/dnnl/dnnl.h>

void omp_set_num_threads(int num_threads);
int omp_get_max_threads(void);

static inline int kapao_dnnl_arg_post_op_src1(int index) {
  return DNNL_ARG_ATTR_MULTIPLE_POST_OP(index) | DNNL_ARG_SRC_1;
}
