#include <maxminddb.h>

// Swift's Glibc module is built without _GNU_SOURCE, which hides this one.
extern int memfd_create(const char *name, unsigned int flags);
