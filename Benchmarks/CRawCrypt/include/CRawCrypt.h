#pragma once
/// What a bare program would do: crypt_r and strcmp, `repeats` times on this thread; 1 if all matched.
int raw_crypt_matches(const char *password, const char *hash, int repeats);
