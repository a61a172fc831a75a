#include "CRawCrypt.h"
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

int raw_crypt_matches(const char *password, const char *hash, int repeats) {
    struct crypt_data *data = calloc(1, sizeof *data);
    int all = data != NULL;
    for (int i = 0; all && i < repeats; i++) {
        const char *computed = crypt_r(password, hash, data);
        all = computed && strcmp(computed, hash) == 0;
    }
    free(data);
    return all;
}
