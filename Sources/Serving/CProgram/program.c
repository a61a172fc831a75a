#include "program.h"

#ifndef PROGRAM_COMMIT
#define PROGRAM_COMMIT ""
#endif

const char *program_commit(void) { return PROGRAM_COMMIT; }
