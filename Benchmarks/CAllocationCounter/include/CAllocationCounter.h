#pragma once
/// Calls of malloc, calloc, realloc, aligned_alloc and posix_memalign since the process started, over all threads.
unsigned long long allocation_count(void);
