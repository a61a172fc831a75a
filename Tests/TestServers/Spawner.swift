import Dispatch
import Foundation
import Locks

/// Starts programs, all from one thread that lives as long as the process.
///
/// The kernel ends each of them when that thread ends (`PR_SET_PDEATHSIG`, by way of `setpriv`), so a test process that
/// crashes leaves nothing behind. Threads of the concurrency pool come and go: a child of theirs would die early.
enum Spawner {
    private static let requests = Mutex<[@Sendable () -> Void]>([])
    private static let wakeUp = DispatchSemaphore(value: 0)
    private static let startThread: Void = {
        let thread = Thread {
            while true {
                wakeUp.wait()
                let request = requests.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                request?()
            }
        }
        thread.start()
    }()

    /// Starts a program found in `PATH`, `/usr/sbin` or `/sbin`; its output is appended to `log`.
    static func start(_ command: [String], input: String = "/dev/null", log: String) async throws -> pid_t {
        startThread
        let result: Result<pid_t, ServerError> = await withCheckedContinuation { continuation in
            requests.withLock { $0.append { continuation.resume(returning: spawn(command, input, log)) } }
            wakeUp.signal()
        }
        return try result.get()
    }

    /// The full path of a program, if it is installed.
    static func path(of program: String) -> String? {
        if program.hasPrefix("/") { return access(program, X_OK) == 0 ? program : nil }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/sbin", "/sbin", "/usr/bin"]).lazy.map { "\($0)/\(program)" }
            .first { access($0, X_OK) == 0 }
    }

    private static func spawn(_ command: [String], _ input: String, _ log: String) -> Result<pid_t, ServerError> {
        guard let setpriv = path(of: "setpriv") else { return .failure(ServerError("setpriv (util-linux) is missing")) }
        guard let program = path(of: command[0]) else { return .failure(ServerError("\(command[0]) is not installed")) }
        let words = [setpriv, "--pdeathsig", "KILL", "--", program] + command.dropFirst()
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }

        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&files, 1, 2)

        // Signals that a test's threads block or ignore must reach the server.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var pid: pid_t = 0
        let status = posix_spawn(&pid, setpriv, &files, &attributes, &arguments, environ)
        return status == 0
            ? .success(pid) : .failure(ServerError("\(command[0]): \(String(cString: strerror(status)))"))
    }
}
