// What the program was built from, and what it was called with.

/// The commit, with a `+` if files differed from it; empty where there was no repository.
const char *program_commit(void);

/// How many arguments there are, the program's own name among them. Needs no `/proc`, from which Swift reads them.
int program_argument_count(void);
/// An argument; null beyond the last.
const char *program_argument(int index);
