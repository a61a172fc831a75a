#if defined(__x86_64__)
#include <immintrin.h>
#define WIDTH 8
#define TARGET "avx512f"
#define ROUNDS_FUNCTION rounds_avx512
// Any function of three bits is one instruction, but the compiler does not find it for all three.
#define TERNARY(x, y, z, truth) ((vec)_mm512_ternarylogic_epi64((__m512i)(x), (__m512i)(y), (__m512i)(z), truth))
#define XOR3(x, y, z) TERNARY(x, y, z, 0x96)
#define CHOOSE(x, y, z) TERNARY(x, y, z, 0xCA)
#define MAJORITY(x, y, z) TERNARY(x, y, z, 0xE8)
#include "rounds.h"
#endif
