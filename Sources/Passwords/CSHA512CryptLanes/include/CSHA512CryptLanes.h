// SHA-512-crypt of several passwords side by side: one 64-bit lane of a vector register for each.
//
// Every message of the 5000 (or so) rounds is one of eight kinds: it starts or ends with the digest of the round
// before, with or without the salt's bytes, with one or two copies of the password's. What does not change is laid
// out once per job and kind; a round only drops in the digest and compresses. The kinds repeat every 42 rounds, so
// jobs that all start at a multiple of 42 see the same kind at the same time, whatever their own number of rounds.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSL_MAX_WIDTH 8
/// libcrypt refuses longer ones (CRYPT_MAX_PASSPHRASE_SIZE is 512 with the NUL).
#define CSL_MAX_PASSWORD 511
#define CSL_MAX_SALT 16
/// How many rounds one step does.
#define CSL_STEP_ROUNDS 42

/// Lanes of one core; about 125 KB, no thread of its own, used by one thread at a time.
struct csl_lanes;

/// Whether this CPU and operating system can do 4 (AVX2) or 8 (AVX-512F) lanes; false for every other width.
bool csl_supported(unsigned width);

/// Makes empty lanes of a width that csl_supported() allows; NULL if memory is short.
struct csl_lanes *csl_create(unsigned width);

/// Wipes and frees.
void csl_destroy(struct csl_lanes *lanes);

/// Wipes all that was derived from passwords; every lane is empty afterwards.
void csl_wipe(struct csl_lanes *lanes);

/// Puts a job into a lane, which must be empty: lane < width, lengths within the limits above, rounds > 0.
void csl_load(struct csl_lanes *lanes, unsigned lane, const uint8_t *password, size_t password_length,
              const uint8_t *salt, size_t salt_length, uint32_t rounds);

/// Empties a lane before its job is done.
void csl_unload(struct csl_lanes *lanes, unsigned lane);

/// Does up to 42 rounds of every loaded lane; bit N of the result: lane N is done and now empty.
uint32_t csl_step(struct csl_lanes *lanes);

/// Compares the digest of a lane that csl_step() reported with 64 bytes, in constant time; valid until the next load.
bool csl_matches(const struct csl_lanes *lanes, unsigned lane, const uint8_t *digest);

/// Overwrites memory in a way that is not optimised away.
void csl_wipe_bytes(void *bytes, size_t count);
