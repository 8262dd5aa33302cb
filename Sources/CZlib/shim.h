// Deflate, as zlib declares it; deflateInit2 is a macro there.
#pragma once

#include <zlib.h>

static inline int kapao_deflate_init_raw(z_stream *stream) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
