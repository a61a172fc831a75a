#include "program.h"

#ifndef PROGRAM_COMMIT
#define PROGRAM_COMMIT ""
#endif

const char *program_commit(void) { return PROGRAM_COMMIT; }

static int count;
static char **texts;

// glibc hands constructors what it hands to main.
__attribute__((constructor)) static void keep(int argc, char **argv) {
    count = argc;
    texts = argv;
}

int program_argument_count(void) { return count; }
const char *program_argument(int index) { return index >= 0 && index < count ? texts[index] : 0; }
