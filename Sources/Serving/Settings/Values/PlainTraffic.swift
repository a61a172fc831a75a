internal import AuditCore

/// What to say of servers beyond this machine that are spoken to without TLS.
enum PlainTraffic {
    /// A note, or nil if the server is on this machine.
    ///
    /// - Parameters:
    ///   - host: A name or an address.
    ///   - name: How to call the server; nil: by its host, where that cannot be a part of a secret.
    ///   - risk: What somebody on the way can do, as in `whoever is on the way …`.
    ///   - remedy: What to set.
    static func note(to host: String, as name: String? = nil, risk: String, remedy: String) -> String? {
        guard !IPAddress.isLoopback(host: host) else { return nil }
        return "\(name ?? Displayed.quoted(host)) is spoken to without TLS: whoever is on the way \(risk); \(remedy)"
    }
}
