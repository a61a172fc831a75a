// Plain SHA-512 (FIPS 180-4), for what a job needs hashed once before its rounds.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sha512 {
    uint64_t state[8];
    uint64_t length;  // bytes so far; the last length % 128 of them are in `block`
    uint8_t block[128];
};

void sha512_begin(struct sha512 *sha);
void sha512_add(struct sha512 *sha, const uint8_t *bytes, size_t count);
void sha512_end(struct sha512 *sha, uint8_t digest[64]);

/// The 80 words of the message schedule of a block.
void sha512_schedule(uint64_t words[80], const uint8_t block[128]);

static inline uint64_t load_big_endian(const uint8_t *bytes) {
    uint64_t word = 0;
    for (unsigned i = 0; i < 8; i++) word = word << 8 | bytes[i];
    return word;
}

static inline void store_big_endian(uint8_t *bytes, uint64_t word) {
    for (unsigned i = 0; i < 8; i++) bytes[i] = (uint8_t)(word >> (56 - 8 * i));
}
