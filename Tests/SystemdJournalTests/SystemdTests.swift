import Testing

/// Everything that needs the process's environment or the machine's journald, one test after the other.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SystemdTests {}
