#include <zlib.h>

// inflateInit2() is a macro that Swift does not see. 16: a gzip header, of the largest window.
static inline int webauth_inflate_init(z_stream *stream) { return inflateInit2(stream, 16 + MAX_WBITS); }
