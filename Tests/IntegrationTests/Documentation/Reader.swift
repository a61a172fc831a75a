import DovecotHarness
import Foundation
import TestServers

/// Somebody who has a booted Debian and follows the documentation to the letter.
final class Reader {
    /// Where he does.
    let machine: BootedSystemd
    /// Where he stands: the source tree, or the directory of the packages.
    let directory: String
    /// The app password that he was shown last.
    private(set) var password = ""
    /// What the last block printed.
    private(set) var said = ""

    init(on machine: BootedSystemd, in directory: String) {
        (self.machine, self.directory) = (machine, directory)
    }

    /// Types the commands of blocks, one block after the other; a command that asks for a password gets the last one.
    ///
    /// - Throws: At the first command that fails, with what it printed.
    func follow(_ blocks: [Documentation.Block]) async throws {
        for block in blocks {
            // The password alone goes to standard output.
            let isPassword = block.text.contains("app-password add")
            let script = "cd \(directory)\n" + (isPassword ? "exec 2>/dev/null\n" : "exec 2>&1\n") + block.text
            do {
                said = try await machine.shell("printf '%s\\n' '\(password)' >/tmp/asked\nexec </tmp/asked\n\(script)")
            } catch {
                throw BootedServiceFailure("\(block): \(error)")
            }
            if isPassword { password = said.split(separator: "\n").last.map(String.init) ?? "" }
        }
    }

    /// Logs in as Dovecot's administrator tries it.
    func test(_ password: String) async throws -> String {
        try await machine.shell("doveadm auth test -x service=imap -x rip=192.0.2.1 alice '\(password)' 2>&1 || :")
    }

    /// Logs in over IMAP.
    ///
    /// - Returns: Whether the mailbox opens.
    func imap(_ password: String) async throws -> Bool {
        let script = "curl -s --max-time 30 -u 'alice:\(password)' imap://127.0.0.1/ -X NOOP && echo LOGGED-IN || :"
        return try await machine.runInNetwork(["sh", "-c", script]).contains("LOGGED-IN")
    }
}
