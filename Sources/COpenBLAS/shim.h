// Single-precision GEMM and the thread count, as OpenBLAS declares them.
#pragma once

#include <cblas.h>
