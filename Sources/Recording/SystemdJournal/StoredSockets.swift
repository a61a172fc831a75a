internal import CSystemd
internal import Foundation
internal import Locks

/// Listening TCP sockets that the service manager keeps while the service is started anew (`FileDescriptorStoreMax=`), and
/// those of a socket unit.
///
/// Who connects meanwhile waits in the kernel's queue. Without a service manager, or one that keeps none, nothing happens.
package final class StoredSockets: Sendable {
    private struct Socket {
        var descriptor: CInt
        /// What the service manager calls it.
        var name: String
    }

    private struct Sockets {
        /// Those that were handed over and not taken yet, by place: `127.0.0.1:8000`.
        var handed: [String: [Socket]]
        /// What the service manager calls those that it keeps.
        var names: Set<String>
    }

    private let sockets: Mutex<Sockets>

    /// How long the service manager has to close its copies.
    private static let patience = Duration.seconds(1)

    /// Takes what this process was handed at its start; to be made once in a process.
    package init() {
        let handed = Self.handedOver()
        sockets = Mutex(Sockets(handed: handed, names: Set(handed.values.joined().map(\.name))))
    }

    /// Closes those that listen at other places, here and at the service manager, and waits for it, a second at most.
    ///
    /// - Returns: Whether there was any.
    package func restrict(to places: Set<String>) -> Bool {
        let others = sockets.withLock { sockets in
            let others = sockets.handed.filter { !places.contains($0.key) }
            sockets.handed = sockets.handed.filter { places.contains($0.key) }
            return others.values.joined().map(\.self)
        }
        drop(others)
        return !others.isEmpty
    }

    /// Gives out the socket of a place, if there is one; it is the caller's from now on.
    package func take(_ place: String) -> CInt? {
        sockets.withLock { $0.handed[place]?.popLast()?.descriptor }
    }

    /// Has the service manager close all that it keeps, and closes what was not taken: who connects is refused from then on.
    package func letGo() {
        let (untaken, names) = sockets.withLock { sockets in
            defer { sockets = Sockets(handed: [:], names: []) }
            return (sockets.handed.values.joined().map(\.self), sockets.names)
        }
        for name in names { tell("FDSTOREREMOVE=1\nFDNAME=\(name)") }
        for socket in untaken { Self.close(socket.descriptor) }
    }

    /// Has the service manager keep a copy; one that it has already it does not take twice.
    ///
    /// - Parameter descriptor: Lent for the call.
    package func keep(_ descriptor: CInt, at place: String) {
        let name = place.replacing(":", with: "_")
        sockets.withLock { _ = $0.names.insert(name) }
        tell("FDSTORE=1\nFDNAME=\(name)", descriptor)
    }

    private func drop(_ others: [Socket]) {
        guard !others.isEmpty else { return }
        for other in others {
            tell("FDSTOREREMOVE=1\nFDNAME=\(other.name)")
            Self.close(other.descriptor)
            sockets.withLock { _ = $0.names.remove(other.name) }
        }
        // Answered when all that was said before has been done.
        _ = sd_notify_barrier(0, UInt64(Self.patience.components.seconds) * 1_000_000)
    }

    private static func close(_ descriptor: CInt) { _ = Foundation.close(descriptor) }

    private func tell(_ state: String, _ descriptor: CInt? = nil) {
        unsafe withUnsafePointer(to: descriptor ?? -1) {
            _ = unsafe sd_pid_notify_with_fds(0, 0, state, $0, descriptor == nil ? 0 : 1)
        }
    }

    private static func handedOver() -> [String: [Socket]] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        // The environment is left as it is: other threads may be reading it.
        let count = unsafe sd_listen_fds_with_names(0, &names)
        defer {
            for index in 0..<max(0, Int(count)) { unsafe free(names?[index]) }
            unsafe free(names)
        }
        var result: [String: [Socket]] = [:]
        for index in 0..<max(0, count) {
            let descriptor = 3 + index  // SD_LISTEN_FDS_START
            let name = unsafe names?[Int(index)].map { unsafe String(cString: $0) } ?? ""
            guard let place = place(of: descriptor) else {
                close(descriptor)
                continue
            }
            result[place, default: []].append(Socket(descriptor: descriptor, name: name))
        }
        return result
    }

    /// Where a TCP socket listens; nil for anything else.
    private static func place(of descriptor: CInt) -> String? {
        guard sd_is_socket_inet(descriptor, AF_UNSPEC, CInt(SOCK_STREAM.rawValue), 1, 0) > 0 else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            guard let base = bytes.baseAddress,
                unsafe getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length) == 0
            else { return nil }
            if unsafe Int32(base.assumingMemoryBound(to: sockaddr.self).pointee.sa_family) == AF_INET {
                let address = unsafe base.assumingMemoryBound(to: sockaddr_in.self).pointee
                return text(AF_INET, address.sin_addr).map { "\($0):\(UInt16(bigEndian: address.sin_port))" }
            }
            let address = unsafe base.assumingMemoryBound(to: sockaddr_in6.self).pointee
            return text(AF_INET6, address.sin6_addr).map { "[\($0)]:\(UInt16(bigEndian: address.sin6_port))" }
        }
    }

    private static func text(_ family: CInt, _ address: some Any) -> String? {
        unsafe withUnsafeBytes(of: address) { bytes in
            unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { room in
                unsafe inet_ntop(family, bytes.baseAddress, room.baseAddress, socklen_t(room.count)).map {
                    unsafe String(cString: $0)
                }
            }
        }
    }
}
