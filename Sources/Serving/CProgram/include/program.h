// What the program was built from.

/// The commit, with a `+` if files differed from it; empty where there was no repository.
const char *program_commit(void);
