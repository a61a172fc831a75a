import Foundation
import SystemdJournal
import Testing

extension SystemdTests {
    /// What the service manager hears, on a socket of the test's own.
    struct ServiceNotifierTests {
        /// A datagram socket that `NOTIFY_SOCKET` names as long as this lives.
        private final class Manager {
            private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            private let path = NSTemporaryDirectory() + "/web-auth-notify-\(UUID().uuidString.prefix(8))"

            init() {
                var address = sockaddr_un()
                address.sun_family = sa_family_t(AF_UNIX)
                withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
                withUnsafePointer(to: address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                    }
                }
                var limit = timeval(tv_sec: 60, tv_usec: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                setenv("NOTIFY_SOCKET", path, 1)
            }

            deinit {
                for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC"] { unsetenv(name) }
                close(descriptor)
                unlink(path)
            }

            /// The next message; empty after a minute without one.
            func next() -> String {
                var bytes = [UInt8](repeating: 0, count: 4096)
                let count = recv(descriptor, &bytes, bytes.count, 0)
                return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            }
        }

        @Test func `it says ready with a status of one line, reloading and stopping`() throws {
            let manager = Manager()
            let notifier = ServiceNotifier()
            notifier.ready(status: "listening\nMAINPID=1")
            notifier.reloading()
            notifier.ready()
            notifier.stopping(within: .seconds(60))
            #expect(manager.next() == "READY=1\nSTATUS=listening MAINPID=1")
            #expect(manager.next().wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=[0-9]+/) != nil)
            #expect(manager.next() == "READY=1")
            #expect(manager.next() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=60000000")
        }

        @Test func `it gives signs of life as often as wanted, while there is life`() async throws {
            let manager = Manager()
            setenv("WATCHDOG_USEC", "20000", 1)
            let notifier = ServiceNotifier()
            #expect(notifier.watchdogInterval == .milliseconds(20))
            let task = Task { await notifier.keepAlive() }
            #expect(manager.next() == "WATCHDOG=1")
            #expect(manager.next() == "WATCHDOG=1")
            task.cancel()
            await task.value
        }

        @Test func `a service that is not well gives no sign of life`() async throws {
            let manager = Manager()
            setenv("WATCHDOG_USEC", "2000", 1)
            let (asked, ask) = AsyncStream<Void>.makeStream()
            let task = Task {
                await ServiceNotifier().keepAlive {
                    ask.yield()
                    return false
                }
            }
            var questions = asked.makeAsyncIterator()
            for _ in 0..<3 { await questions.next() }
            task.cancel()
            await task.value
            ServiceNotifier().stopping(within: .seconds(60))
            #expect(manager.next() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=60000000")
        }

        @Test func `a listening socket is given to be kept, with its place for a name`() throws {
            let manager = Manager()
            let sockets = StoredSockets()
            #expect(sockets.take("127.0.0.1:8000") == nil, "this process was handed none")
            #expect(!sockets.restrict(to: []), "so there is nothing to close")
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            sockets.keep(descriptor, at: "[::1]:8000")
            #expect(manager.next() == "FDSTORE=1\nFDNAME=[__1]_8000")
            sockets.letGo()
            #expect(manager.next() == "FDSTOREREMOVE=1\nFDNAME=[__1]_8000")
        }

        @Test func `without a service manager nothing is said, and no sign of life is wanted`() async {
            ServiceNotifier().ready()
            #expect(ServiceNotifier().watchdogInterval == nil)
            await ServiceNotifier().keepAlive()
        }
    }
}
