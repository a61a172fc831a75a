package import AppPasswordCore
internal import AuditCore
internal import StrictJSON

/// A Dovecot whose sessions are listed and ended over its HTTP API (`doveadm_api_key`).
///
/// Dovecot 2.4 knows mail sessions by the userdb fields that begin with `user_`, so `user_apppw` names the password that opened
/// one; 2.3 does not, and says so. Every request is one of its own: what ends doveadm (flushing the auth cache does on 2.4.1)
/// takes nothing else with it.
package struct DoveadmServer: SessionServer {
    /// Its URL, which holds no secret.
    package let name: String
    private let key: Secret
    private let client: DoveadmClient

    /// - Parameters:
    ///   - url: `http://127.0.0.1:8080/doveadm/v1`.
    ///   - key: Dovecot's `doveadm_api_key`.
    ///   - client: What asks.
    package init(url: String, key: Secret, client: DoveadmClient) {
        (name, self.key, self.client) = (url, key, client)
    }

    /// Ends sessions by `kick`.
    package func end(_ sessions: SessionMask) async throws(SessionServerError) -> Int {
        // doveadm takes names for patterns, and addresses for networks.
        switch sessions {
        case .user(let name), .userAndAddress(let name, _):
            guard Self.canBeMasked(name) else { throw SessionServerError(.cannotBeMasked) }
        case .password: break
        }
        let parameters: JSONValue =
            switch sessions {
            case .password(let id): .parameters([("passdbField", .string("user_apppw")), ("mask", .texts(["\(id)"]))])
            case .user(let name): .parameters([("mask", .texts([name]))])
            case .userAndAddress(let name, let address): .parameters([("mask", .texts([name, address]))])
            }
        do throws(SessionServerError) {
            return try DoveadmReply.kicked(try await ask("kick", parameters))
        } catch {
            // Only the parameter that 2.3 does not have is one that a server may not know.
            if error.code == .notSupported, case .password = sessions { throw error }
            throw error.code == .notSupported ? SessionServerError(.failed, detail: error.detail) : error
        }
    }

    /// Whether doveadm takes a text for the name of one user: not for a pattern, nor for a network as `inet_aton` or
    /// `inet_pton` read it, with a length after it or without (`127.1`, `0x7f.1/8`); only digits are a name to it.
    static func canBeMasked(_ name: String) -> Bool {
        guard !name.isEmpty, !name.contains(where: { $0 == "*" || $0 == "?" }) else { return false }
        if name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        // What comes before a length, a zone or a blank, without brackets.
        let head = name.prefix { $0 != "/" && $0 != "%" && !$0.isWhitespace }
        if IPAddress(head.filter { $0 != "[" && $0 != "]" }) != nil { return false }
        let parts = head.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        return !parts.allSatisfy { part in
            let (isHex, digits) = part.hasPrefix("0x") ? (true, part.dropFirst(2)) : (false, part)
            return digits.utf8.allSatisfy { (0x30...0x39).contains($0) || isHex && (0x61...0x66).contains($0) }
        }
    }

    /// Lists the sessions of a user by `who`.
    ///
    /// - Throws: ``AppPasswordCore/SessionServerError``.
    package func sessions(of user: String) async throws(SessionServerError) -> [MailSession] {
        try DoveadmReply.sessions(
            try await ask(
                "who", .parameters([("separateConnections", .bool(true)), ("mask", .texts([user]))])))
    }

    /// Has the auth cache forget a user, by `auth cache flush`.
    package func forgetPasswords(of user: String) async throws(SessionServerError) {
        _ = try await ask("authCacheFlush", .parameters([("user", .texts([user]))]))
    }

    private func ask(_ command: String, _ parameters: JSONValue) async throws(SessionServerError) -> JSONValue {
        let question = JSONValue.array([.array([.string(command), parameters, .string(Self.tag)])])
        let answer = try await client.post(JSONText(question).bytes, to: name, key: key)
        return try DoveadmReply.response(answer, tag: Self.tag)
    }

    private static let tag = "web-auth"
}

extension JSONValue {
    fileprivate static func parameters(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { JSONValue.Member(name: $0, value: $1) })
    }

    fileprivate static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
