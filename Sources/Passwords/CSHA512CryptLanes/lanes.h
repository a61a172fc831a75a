// What the lanes hold. Vectors are rows of `width` words: word W of lane L is at [W * width + L].
#pragma once

#include "CSHA512CryptLanes.h"

#define KINDS 8
// Digest, salt, two passwords, the byte 0x80 and a length of 16 bytes.
#define MAX_BLOCKS ((64 + CSL_MAX_SALT + 2 * CSL_MAX_PASSWORD + 17 + 127) / 128)
#define MAX_WORDS (16 * MAX_BLOCKS)
#define ROW __attribute__((aligned(64))) uint64_t

// What the loaded lanes have to do in rounds of one kind; made anew when a lane is loaded or emptied. Of a row of
// CSL_MAX_WIDTH the first `width` words count.
struct plan {
    ROW has_block[MAX_BLOCKS][CSL_MAX_WIDTH];    // all ones where the lane's message has this block
    ROW shift[CSL_MAX_WIDTH];                    // how many bits into its first word the digest starts
    ROW in_group[CSL_MAX_WIDTH][CSL_MAX_WIDTH];  // lanes whose digest starts in the same word
    unsigned first_word[CSL_MAX_WIDTH];          // that word, for each group
    unsigned groups;
    unsigned blocks;        // of the longest message
    bool second_unchanged;  // no message has its digest in its second block
};

struct lane {
    uint64_t digest[8];  // once done
    uint32_t rounds_left;
    uint16_t digest_at[KINDS];  // byte offset
    uint16_t blocks[KINDS];
};

struct csl_lanes {
    ROW messages[KINDS][MAX_WORDS * CSL_MAX_WIDTH];
    ROW edges[KINDS][2 * CSL_MAX_WIDTH];      // the words a digest starts and ends in, without its bits
    ROW expanded[KINDS][80 * CSL_MAX_WIDTH];  // second blocks that do not change: schedule plus constants
    ROW digest[8 * CSL_MAX_WIDTH];
    struct plan plans[KINDS];
    struct lane lanes[CSL_MAX_WIDTH];
    uint8_t done_after[CSL_STEP_ROUNDS + 1];  // lanes whose last round it is, for each count of rounds
    unsigned width;
    bool planned;
};

// Bit 0: odd round; bit 1: not divisible by 3; bit 2: not divisible by 7.
static inline unsigned kind_of_round(unsigned round) {
    return (round & 1) | (unsigned)(round % 3 != 0) << 1 | (unsigned)(round % 7 != 0) << 2;
}

// The second block is the same in all rounds of a kind if the digest ends before it. So it is in all even rounds, and
// in odd ones where only padding is left for it, as with passwords of 16 to 23 bytes and salts of 16.
static inline bool second_unchanged(size_t digest_at) { return digest_at + 64 <= 128; }

extern const uint64_t sha512_initial[8];
extern const uint64_t sha512_constants[80];

void rounds_avx2(struct csl_lanes *lanes);
void rounds_avx512(struct csl_lanes *lanes);
