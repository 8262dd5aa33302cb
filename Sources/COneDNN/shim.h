// Macros of oneDNN that Swift cannot import, and OpenMP's calls to set the size of a thread's team and to work in one.
#pragma once

#include <oneapi/dnnl/dnnl.h>

void omp_set_num_threads(int num_threads);
int omp_get_max_threads(void);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
// What `#pragma omp parallel` is compiled to.
void GOMP_parallel(void (*work)(void *), void *context, unsigned threads, unsigned flags);

static inline int kapao_dnnl_arg_post_op_src1(int index) {
  return DNNL_ARG_ATTR_MULTIPLE_POST_OP(index) | DNNL_ARG_SRC_1;
}
