#include "lanes.h"

#include <stdlib.h>
#include <string.h>

#include "sha512.h"

bool csl_supported(unsigned width) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (width == 4) return __builtin_cpu_supports("avx2");
    if (width == 8) return __builtin_cpu_supports("avx512f");
#endif
    (void)width;
    return false;
}

void csl_wipe_bytes(void *bytes, size_t count) {
    memset(bytes, 0, count);
    __asm__ volatile("" : : "r"(bytes) : "memory");
}

struct csl_lanes *csl_create(unsigned width) {
    struct csl_lanes *lanes = NULL;
    if (posix_memalign((void **)&lanes, 64, sizeof *lanes) != 0) return NULL;
    memset(lanes, 0, sizeof *lanes);
    lanes->width = width;
    return lanes;
}

void csl_destroy(struct csl_lanes *lanes) {
    csl_wipe_bytes(lanes, sizeof *lanes);
    free(lanes);
}

void csl_wipe(struct csl_lanes *lanes) {
    const unsigned width = lanes->width;
    csl_wipe_bytes(lanes, sizeof *lanes);
    lanes->width = width;
}

// What the rounds of a job put together: names as in Drepper's specification.
struct sequences {
    size_t password_length, salt_length;
    uint8_t p[CSL_MAX_PASSWORD], s[CSL_MAX_SALT];
    uint8_t digest[64];  // A, the input of round 0
};

static void add_repeated(struct sha512 *sha, const uint8_t digest[64], size_t count) {
    for (; count > 64; count -= 64) sha512_add(sha, digest, 64);
    sha512_add(sha, digest, count);
}

// Steps 1 to 20 of the specification: everything before the rounds.
static void prepare(struct sequences *seq, const uint8_t *password, const uint8_t *salt) {
    struct sha512 sha;
    uint8_t digest[64];
    const size_t length = seq->password_length;

    sha512_begin(&sha);
    sha512_add(&sha, password, length);
    sha512_add(&sha, salt, seq->salt_length);
    sha512_add(&sha, password, length);
    sha512_end(&sha, digest);

    sha512_begin(&sha);
    sha512_add(&sha, password, length);
    sha512_add(&sha, salt, seq->salt_length);
    add_repeated(&sha, digest, length);
    for (size_t bits = length; bits > 0; bits >>= 1) {
        if (bits & 1) sha512_add(&sha, digest, 64);
        else sha512_add(&sha, password, length);
    }
    sha512_end(&sha, seq->digest);

    sha512_begin(&sha);
    for (size_t i = 0; i < length; i++) sha512_add(&sha, password, length);
    sha512_end(&sha, digest);
    for (size_t i = 0; i < length; i++) seq->p[i] = digest[i % 64];

    sha512_begin(&sha);
    for (unsigned i = 0; i < 16u + seq->digest[0]; i++) sha512_add(&sha, salt, seq->salt_length);
    sha512_end(&sha, digest);
    memcpy(seq->s, digest, seq->salt_length);

    csl_wipe_bytes(&sha, sizeof sha);
    csl_wipe_bytes(digest, sizeof digest);
}

// Lays out the message of one kind, zeros in place of the digest; returns its length and where the digest goes.
static size_t lay_out(uint8_t *message, unsigned kind, const struct sequences *seq, size_t *digest_at) {
    const bool odd = kind & 1;
    size_t at = 0;
    if (!odd) {
        *digest_at = 0;
        at += 64;
    } else {
        memcpy(message, seq->p, seq->password_length);
        at += seq->password_length;
    }
    if (kind & 2) {
        memcpy(message + at, seq->s, seq->salt_length);
        at += seq->salt_length;
    }
    if (kind & 4) {
        memcpy(message + at, seq->p, seq->password_length);
        at += seq->password_length;
    }
    if (!odd) {
        memcpy(message + at, seq->p, seq->password_length);
        at += seq->password_length;
    } else {
        *digest_at = at;
        at += 64;
    }
    return at;
}

static void store_expanded(struct csl_lanes *lanes, unsigned number, unsigned kind, const uint8_t block[128]) {
    uint64_t w[80];
    sha512_schedule(w, block);
    for (unsigned t = 0; t < 80; t++) lanes->expanded[kind][t * lanes->width + number] = w[t] + sha512_constants[t];
    csl_wipe_bytes(w, sizeof w);
}

// Stores the message of one kind as a column of words.
static void store_message(struct csl_lanes *lanes, unsigned number, unsigned kind, const struct sequences *seq) {
    uint8_t message[128 * MAX_BLOCKS] = {0};
    size_t digest_at;
    const size_t length = lay_out(message, kind, seq, &digest_at), blocks = (length + 17 + 127) / 128;
    message[length] = 0x80;
    store_big_endian(message + 128 * blocks - 8, 8 * length);

    const unsigned width = lanes->width;
    uint64_t *column = lanes->messages[kind] + number;
    for (size_t word = 0; word < 16 * blocks; word++) column[word * width] = load_big_endian(message + 8 * word);
    lanes->edges[kind][number] = column[digest_at / 8 * width];
    lanes->edges[kind][width + number] = column[(digest_at / 8 + 8) * width];
    lanes->lanes[number].digest_at[kind] = (uint16_t)digest_at;
    lanes->lanes[number].blocks[kind] = (uint16_t)blocks;
    if (blocks > 1 && second_unchanged(digest_at)) store_expanded(lanes, number, kind, message + 128);
    csl_wipe_bytes(message, sizeof message);
}

void csl_load(struct csl_lanes *lanes, unsigned number, const uint8_t *password, size_t password_length,
              const uint8_t *salt, size_t salt_length, uint32_t rounds) {
    struct sequences seq = {.password_length = password_length, .salt_length = salt_length};
    prepare(&seq, password, salt);
    for (unsigned kind = 0; kind < KINDS; kind++) store_message(lanes, number, kind, &seq);
    for (unsigned i = 0; i < 8; i++)
        lanes->digest[i * lanes->width + number] = load_big_endian(seq.digest + 8 * i);
    lanes->lanes[number].rounds_left = rounds;
    lanes->planned = false;
    csl_wipe_bytes(&seq, sizeof seq);
}

void csl_unload(struct csl_lanes *lanes, unsigned lane) {
    lanes->lanes[lane].rounds_left = 0;
    lanes->planned = false;
}

static void plan(struct csl_lanes *lanes, unsigned kind) {
    struct plan *plan = &lanes->plans[kind];
    memset(plan, 0, sizeof *plan);
    plan->second_unchanged = true;
    for (unsigned number = 0; number < lanes->width; number++) {
        const struct lane *lane = &lanes->lanes[number];
        if (lane->rounds_left == 0) continue;
        for (unsigned block = 0; block < lane->blocks[kind]; block++) plan->has_block[block][number] = UINT64_MAX;
        if (lane->blocks[kind] > 1 && !second_unchanged(lane->digest_at[kind])) plan->second_unchanged = false;
        if (lane->blocks[kind] > plan->blocks) plan->blocks = lane->blocks[kind];
        const unsigned first_word = lane->digest_at[kind] / 8;
        plan->shift[number] = lane->digest_at[kind] % 8 * 8;
        unsigned group = 0;
        while (group < plan->groups && plan->first_word[group] != first_word) group++;
        if (group == plan->groups) plan->first_word[plan->groups++] = first_word;
        plan->in_group[group][number] = UINT64_MAX;
    }
}

uint32_t csl_step(struct csl_lanes *lanes) {
    if (!lanes->planned)
        for (unsigned kind = 0; kind < KINDS; kind++) plan(lanes, kind);
    lanes->planned = true;

    uint32_t done = 0;
    memset(lanes->done_after, 0, sizeof lanes->done_after);
    for (unsigned number = 0; number < lanes->width; number++) {
        uint32_t *left = &lanes->lanes[number].rounds_left;
        if (*left == 0) continue;
        if (*left <= CSL_STEP_ROUNDS) {
            lanes->done_after[*left] |= (uint8_t)(1u << number);
            done |= 1u << number;
            *left = 0;
        } else {
            *left -= CSL_STEP_ROUNDS;
        }
    }
#if defined(__x86_64__)
    if (lanes->width == 8) rounds_avx512(lanes);
    else rounds_avx2(lanes);
#endif
    if (done != 0) lanes->planned = false;
    return done;
}

bool csl_matches(const struct csl_lanes *lanes, unsigned lane, const uint8_t *digest) {
    uint64_t difference = 0;
    for (unsigned i = 0; i < 8; i++) difference |= lanes->lanes[lane].digest[i] ^ load_big_endian(digest + 8 * i);
    return difference == 0;
}
