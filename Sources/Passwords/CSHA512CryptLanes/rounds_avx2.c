#if defined(__x86_64__)
#define WIDTH 4
#define TARGET "avx2"
#define ROUNDS_FUNCTION rounds_avx2
#define XOR3(x, y, z) ((x) ^ (y) ^ (z))
#define CHOOSE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MAJORITY(x, y, z) ((y) ^ (((x) ^ (y)) & ((y) ^ (z))))
#include "rounds.h"
#endif
