internal import Foundation

/// The socket that journald takes entries from.
///
/// `sd_journal_sendv(3)` fails silently if it is missing, so it has to be looked at first.
enum JournalSocket {
    /// Where libsystemd sends to.
    static let path = "/run/systemd/journal/socket"

    /// Why nobody would get what is sent to a datagram socket; nil if somebody listens.
    ///
    /// - Complexity: Three system calls, about 3 us.
    static func trouble(at path: String = path) -> String? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errorText(errno) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            unsafe room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { return errorText(ENAMETOOLONG) }
        let status = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return status == 0 ? nil : errorText(errno)
    }

    /// What an `errno` means.
    static func errorText(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
