// 42 rounds of WIDTH lanes. Included once for each instruction set, with WIDTH, TARGET,
// ROUNDS_FUNCTION and the three functions of bits, XOR3, CHOOSE and MAJORITY, defined.
#include <string.h>

#include "lanes.h"

typedef uint64_t vec __attribute__((vector_size(8 * WIDTH), aligned(8 * WIDTH), may_alias));

#define ROTATE(x, n) ((x) >> (n) | (x) << (64 - (n)))

// The message schedule's next word in place of word `t`, 0 to 15.
#define SCHEDULE(t)                                                                                              \
    do {                                                                                                         \
        const vec w1 = w[((t) + 1) & 15], w14 = w[((t) + 14) & 15];                                              \
        w[t] += XOR3(ROTATE(w1, 1), ROTATE(w1, 8), w1 >> 7) + w[((t) + 9) & 15] +                                \
                XOR3(ROTATE(w14, 19), ROTATE(w14, 61), w14 >> 6);                                                \
    } while (0)

// Keeps the compiler from regrouping a sum: what is known early is added first, so that steps wait less for each other.
#define ADDED(x) __asm__("" : "+v"(x))

#define STEP(a, b, c, d, e, f, g, h, word)                             \
    do {                                                               \
        h += (word);                                                   \
        ADDED(h);                                                      \
        h += CHOOSE(e, f, g);                                          \
        ADDED(h);                                                      \
        h += XOR3(ROTATE(e, 14), ROTATE(e, 18), ROTATE(e, 41));        \
        d += h;                                                        \
        h += MAJORITY(a, b, c);                                        \
        ADDED(h);                                                      \
        h += XOR3(ROTATE(a, 28), ROTATE(a, 34), ROTATE(a, 39));        \
    } while (0)

// The three ways a step comes by its word: it is in the block, the schedule makes it, it was made beforehand.
#define GIVEN(a, b, c, d, e, f, g, h, t) STEP(a, b, c, d, e, f, g, h, w[t] + constants[t])
#define SCHEDULED(a, b, c, d, e, f, g, h, t) \
    SCHEDULE(t);                             \
    STEP(a, b, c, d, e, f, g, h, w[t] + constants[t])
#define EXPANDED(a, b, c, d, e, f, g, h, t) STEP(a, b, c, d, e, f, g, h, expanded[t])

#define EIGHT(KIND, t)                       \
    KIND(a, b, c, d, e, f, g, h, t + 0);     \
    KIND(h, a, b, c, d, e, f, g, t + 1);     \
    KIND(g, h, a, b, c, d, e, f, t + 2);     \
    KIND(f, g, h, a, b, c, d, e, t + 3);     \
    KIND(e, f, g, h, a, b, c, d, t + 4);     \
    KIND(d, e, f, g, h, a, b, c, t + 5);     \
    KIND(c, d, e, f, g, h, a, b, t + 6);     \
    KIND(b, c, d, e, f, g, h, a, t + 7)

#define LOAD_STATE                                                     \
    vec a = state[0], b = state[1], c = state[2], d = state[3];        \
    vec e = state[4], f = state[5], g = state[6], h = state[7]

// Only the lanes that `mask` names have this block.
#define ADD_STATE                                                                                       \
    state[0] += a & mask, state[1] += b & mask, state[2] += c & mask, state[3] += d & mask;             \
    state[4] += e & mask, state[5] += f & mask, state[6] += g & mask, state[7] += h & mask

static inline __attribute__((always_inline, target(TARGET))) void hash_block(
    vec state[8], const vec block[16], const vec mask) {
    const uint64_t *constants = sha512_constants;
    vec w[16];
    for (unsigned t = 0; t < 16; t++) w[t] = block[t];
    LOAD_STATE;
    EIGHT(GIVEN, 0);
    EIGHT(GIVEN, 8);
    for (constants += 16; constants < sha512_constants + 80; constants += 16) {
        EIGHT(SCHEDULED, 0);
        EIGHT(SCHEDULED, 8);
    }
    ADD_STATE;
}

// As hash_block(), for a block that is the same in all rounds: its 80 words come with the constants added.
static inline __attribute__((always_inline, target(TARGET))) void hash_expanded(
    vec state[8], const vec *expanded, const vec mask) {
    LOAD_STATE;
    for (const vec *end = expanded + 80; expanded < end; expanded += 16) {
        EIGHT(EXPANDED, 0);
        EIGHT(EXPANDED, 8);
    }
    ADD_STATE;
}

// Puts each lane's digest where its message has it, over the digest that was there 42 rounds before.
static inline __attribute__((always_inline, target(TARGET))) void place_digest(
    vec *message, const vec digest[8], const struct plan *plan, const vec edges[2]) {
    vec shifted[9];
    const vec right = *(const vec *)plan->shift, left = 63 - right;
    shifted[0] = edges[0] | digest[0] >> right;
    for (unsigned i = 1; i < 8; i++) shifted[i] = digest[i - 1] << left << 1 | digest[i] >> right;
    shifted[8] = edges[1] | digest[7] << left << 1;
    for (unsigned group = 0; group < plan->groups; group++) {
        const vec mask = *(const vec *)plan->in_group[group];
        vec *at = message + plan->first_word[group];
        for (unsigned i = 0; i < 9; i++) at[i] = CHOOSE(mask, shifted[i], at[i]);
    }
}

__attribute__((target(TARGET))) void ROUNDS_FUNCTION(struct csl_lanes *lanes) {
    vec *digest = (vec *)lanes->digest;
    for (unsigned round = 0; round < CSL_STEP_ROUNDS; round++) {
        const unsigned kind = kind_of_round(round);
        const struct plan *plan = &lanes->plans[kind];
        vec *message = (vec *)lanes->messages[kind];
        place_digest(message, digest, plan, (const vec *)lanes->edges[kind]);
        for (unsigned i = 0; i < 8; i++) digest[i] = (vec){0} + sha512_initial[i];
        for (unsigned block = 0; block < plan->blocks; block++) {
            const vec mask = *(const vec *)plan->has_block[block];
            if (block == 1 && plan->second_unchanged) hash_expanded(digest, (const vec *)lanes->expanded[kind], mask);
            else hash_block(digest, message + 16 * block, mask);
        }
        for (unsigned done = lanes->done_after[round + 1]; done != 0; done &= done - 1) {
            const unsigned lane = (unsigned)__builtin_ctz(done);
            for (unsigned i = 0; i < 8; i++) lanes->lanes[lane].digest[i] = lanes->digest[i * WIDTH + lane];
        }
    }
}
