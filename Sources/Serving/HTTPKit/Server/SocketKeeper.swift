/// Keeps listening TCP sockets beyond the server's process, so that who connects while it is started anew waits for a moment,
/// and is not refused.
///
/// Sockets are known by the place where they listen, in numbers: `127.0.0.1:8000`, `[::1]:8000`. Everything is asked while the
/// server begins to listen, so nothing may take long.
package protocol SocketKeeper: Sendable {
    /// Closes what was kept for other places: nobody will listen there any more.
    ///
    /// - Returns: Whether there was any. The kernel may give such a place free a moment later.
    func restrict(to places: Set<String>) -> Bool
    /// Gives out the socket that was kept for a place, if there is one; it listens, and is the caller's from now on.
    func take(_ place: String) -> CInt?
    /// Keeps a copy of a socket that listens.
    ///
    /// - Parameter descriptor: Lent for the call.
    func keep(_ descriptor: CInt, at place: String)
    /// Closes all that is kept: nobody will come to answer there, so who connects is to be refused and not to wait.
    func letGo()
}
