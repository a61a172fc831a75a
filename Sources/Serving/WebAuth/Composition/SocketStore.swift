import HTTPKit
import SystemdJournal

/// Has systemd keep the server's sockets.
struct SocketStore: SocketKeeper {
    private let sockets = StoredSockets()

    func restrict(to places: Set<String>) -> Bool { sockets.restrict(to: places) }
    func take(_ place: String) -> CInt? { sockets.take(place) }
    func keep(_ descriptor: CInt, at place: String) { sockets.keep(descriptor, at: place) }
    func letGo() { sockets.letGo() }
}
