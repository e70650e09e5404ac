/* The frame format without its four magic bytes belongs to zstd's experimental part, whose
   parameter names are macros that Swift does not see. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zdict.h>

static inline size_t czstd_compress_without_magic(ZSTD_CCtx *context) {
  return ZSTD_CCtx_setParameter(context, ZSTD_c_format, ZSTD_f_zstd1_magicless);
}

static inline size_t czstd_expect_no_magic(ZSTD_DCtx *context) {
  return ZSTD_DCtx_setParameter(context, ZSTD_d_format, ZSTD_f_zstd1_magicless);
}
