internal import AppPasswordCore
internal import BlockingLanes
internal import CLDAP
internal import Glibc

/// One lane's connection: made when it is first needed, made anew, with the next server if need be, when it was lost.
///
/// Belongs to one thread.
@safe final class LDAPConnection {
    private static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    private let configuration: LDAPDirectory.Configuration
    private let filter: SearchFilter
    private let servers: [LDAPServer]
    /// What one try with one server may take.
    private let share: Duration
    private var handle: OpaquePointer?
    /// Which server ``handle`` is connected to.
    private var server = 0

    init(_ configuration: LDAPDirectory.Configuration, servers: [LDAPServer]) {
        self.configuration = configuration
        self.servers = servers
        filter = SearchFilter(template: configuration.filter)
        share = max(.milliseconds(1), configuration.timeout / max(1, servers.count))
    }

    deinit { close() }

    /// Searches for an account.
    func account(for login: String, by deadline: ContinuousClock.Instant) throws(BackendError) -> AccountAnswer {
        try perform(by: deadline) { () throws(LDAPFailure) in
            let (entries, hasMore) = try search(
                LDAP_SCOPE_SUBTREE, filter.text(for: login), ["uid", "homeDirectory", "loginShell"])
            guard entries.count <= 1, !hasMore else { return .ambiguous }
            guard let entry = entries.first else { return .notFound }
            let isDisabled =
                entry[1].contains(where: configuration.disabledHomes.contains)
                || entry[2].contains(where: configuration.disabledShells.contains)
            return .found(Account(uid: Self.spelling(of: login, among: entry[0]), isDisabled: isDisabled))
        }
    }

    /// Checks that the base is there.
    func ping(by deadline: ContinuousClock.Instant) throws(BackendError) {
        try perform(by: deadline) { () throws(LDAPFailure) in
            _ = try search(LDAP_SCOPE_BASE, "(objectClass=*)", ["1.1"])
        }
    }

    /// The value that the login equals but for case, else the first, else the login itself.
    static func spelling(of login: String, among names: [String]) -> String {
        if let same = names.first(where: { $0.utf8.elementsEqual(login.utf8) }) { return same }
        let folded = login.lowercased()
        return names.first { $0.lowercased().utf8.elementsEqual(folded.utf8) } ?? names.first ?? login
    }

    /// Runs a search on the connection there is; if that is lost, on a fresh one to the first server that can be had.
    private func perform<Value>(
        by deadline: ContinuousClock.Instant, _ body: () throws(LDAPFailure) -> Value
    ) throws(BackendError) -> Value {
        var last: LDAPFailure?
        if unsafe handle != nil {
            // One that is known to be in trouble is not waited for if there are others.
            if servers.count > 1, !servers[server].circuit.isClosed {
                close()
            } else {
                do { return try attempt(body) } catch {
                    guard error.isConnectionLost, error.code != LDAP_TIMEOUT || servers.count > 1 else {
                        throw error.backendError
                    }
                    last = error
                }
            }
        }
        for (index, candidate) in servers.enumerated() {
            let now = ContinuousClock.now
            guard now < deadline else { break }
            guard candidate.circuit.admits(at: now) else { continue }
            do {
                try connect(to: index)
                candidate.circuit.succeeded(at: .now)
                return try attempt(body)
            } catch {
                if unsafe handle != nil {
                    // It answered, with an error.
                } else if error.code == LDAP_SERVER_DOWN {
                    candidate.circuit.refused(at: .now, begunAt: now)
                } else {
                    candidate.circuit.failed(at: .now, begunAt: now)
                }
                guard error.isConnectionLost else { throw error.backendError }
                last = error
            }
        }
        throw last?.backendError
            ?? BackendError("directory", .unreachable, detail: "no server could be reached a moment ago")
    }

    /// Runs a search; a connection that failed is closed, and a server that kept us waiting is given a pause.
    private func attempt<Value>(_ body: () throws(LDAPFailure) -> Value) throws(LDAPFailure) -> Value {
        let start = ContinuousClock.now
        do { return try body() } catch {
            if error.isConnectionLost { close() }
            if error.code == LDAP_TIMEOUT { servers[server].circuit.failed(at: .now, begunAt: start) }
            throw error
        }
    }

    private func connect(to index: Int) throws(LDAPFailure) {
        server = index
        let uri = servers[index].uri
        var new: OpaquePointer?
        let status = unsafe ldap_initialize(&new, uri)
        guard status == LDAP_SUCCESS, let new = unsafe new else {
            throw LDAPFailure(code: status, detail: "\(uri) is no LDAP URI")
        }
        unsafe handle = new
        do {
            try unsafe setOptions(of: new)
            let startsTLS = configuration.startsTLS && uri.lowercased().hasPrefix("ldap://")
            if startsTLS || uri.lowercased().hasPrefix("ldaps://") { try unsafe setTLSOptions(of: new) }
            if startsTLS { try check(unsafe ldap_start_tls_s(new, nil, nil), "StartTLS") }
            try unsafe bind(new)
        } catch {
            close()
            throw error
        }
    }

    private func setOptions(of handle: OpaquePointer) throws(LDAPFailure) {
        try unsafe set(LDAP_OPT_PROTOCOL_VERSION, 3, of: handle)
        _ = unsafe ldap_set_option(handle, LDAP_OPT_REFERRALS, nil)  // off: nobody else gets our bind
        let wait = timeval(share)
        for option in [LDAP_OPT_NETWORK_TIMEOUT, LDAP_OPT_TIMEOUT] {
            try check(unsafe withUnsafePointer(to: wait) { unsafe ldap_set_option(handle, option, $0) }, "set option")
        }
    }

    /// Has certificates checked, whatever ldap.conf(5) and the environment say. Fails without a CA file, which is why
    /// connections that do without TLS do without this.
    private func setTLSOptions(of handle: OpaquePointer) throws(LDAPFailure) {
        let authority = configuration.certificateAuthority ?? Self.systemAuthorities
        try check(unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, authority), "set CA file")
        try unsafe set(LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND, of: handle)
        try unsafe set(LDAP_OPT_X_TLS_NEWCTX, 0, of: handle)
    }

    private func set(_ option: Int32, _ number: Int32, of handle: OpaquePointer) throws(LDAPFailure) {
        try check(unsafe withUnsafePointer(to: number) { unsafe ldap_set_option(handle, option, $0) }, "set option")
    }

    private func bind(_ handle: OpaquePointer) throws(LDAPFailure) {
        var password =
            configuration.bindDN.isEmpty ? [] : Array(configuration.bindPassword.revealed.utf8CString.dropLast())
        let status = unsafe password.withUnsafeMutableBufferPointer { bytes in
            var credentials = unsafe berval(bv_len: ber_len_t(bytes.count), bv_val: bytes.baseAddress)
            return unsafe ldap_sasl_bind_s(handle, configuration.bindDN, nil, &credentials, nil, nil, nil)
        }
        try check(status, "bind")
    }

    /// Searches with a size limit of two, which is enough to tell one from many.
    ///
    /// - Returns: For each entry, for each attribute asked for, its values; and whether there are more entries.
    private func search(
        _ scope: ber_int_t, _ filter: String, _ attributes: [String]
    ) throws(LDAPFailure) -> (entries: [[[String]]], hasMore: Bool) {
        guard let handle = unsafe handle else { throw LDAPFailure(code: LDAP_SERVER_DOWN, detail: "no connection") }
        let names = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: attributes.count + 1)
        for (index, attribute) in attributes.enumerated() {
            unsafe (names + index).initialize(to: strdup(attribute))
        }
        unsafe (names + attributes.count).initialize(to: nil)
        defer {
            for index in attributes.indices { unsafe free(names[index]) }
            unsafe names.deallocate()
        }
        var wait = timeval(share)
        var result: OpaquePointer?
        let status = unsafe ldap_search_ext_s(
            handle, configuration.baseDN, scope, filter, names, 0, nil, nil, &wait, 2, &result)
        defer { if let result = unsafe result { _ = unsafe ldap_msgfree(result) } }
        if status != LDAP_SIZELIMIT_EXCEEDED { try check(status, "search") }
        var entries: [[[String]]] = []
        var entry = unsafe ldap_first_entry(handle, result)
        while let found = unsafe entry {
            var values: [[String]] = []
            for attribute in attributes { values.append(unsafe self.values(attribute, of: found)) }
            entries.append(values)
            unsafe entry = ldap_next_entry(handle, found)
        }
        return (entries, status == LDAP_SIZELIMIT_EXCEEDED)
    }

    /// An attribute's values; none if the entry has it not, or we may not read it.
    private func values(_ attribute: String, of entry: OpaquePointer) -> [String] {
        guard let handle = unsafe handle, let list = unsafe ldap_get_values_len(handle, entry, attribute) else {
            return []
        }
        defer { unsafe ldap_value_free_len(list) }
        return (0..<Int(unsafe ldap_count_values_len(list))).compactMap { index in
            guard let value = unsafe list[index] else { return nil }
            let bytes = unsafe UnsafeRawBufferPointer(start: value.pointee.bv_val, count: Int(value.pointee.bv_len))
            return unsafe String(decoding: bytes, as: UTF8.self)
        }
    }

    private func check(_ status: Int32, _ operation: String) throws(LDAPFailure) {
        guard status != LDAP_SUCCESS else { return }
        var detail = unsafe "\(operation): \(String(cString: ldap_err2string(status)))"
        var diagnostic: UnsafeMutablePointer<CChar>?
        if let handle = unsafe handle,
            unsafe ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic) == LDAP_OPT_SUCCESS,
            let text = unsafe diagnostic
        {
            let message = unsafe String(cString: text)
            unsafe ldap_memfree(text)
            if !message.isEmpty { detail += " (\(message.prefix(300)))" }
        }
        throw LDAPFailure(code: status, detail: "\(servers[server].uri): \(detail)")
    }

    private func close() {
        if let handle = unsafe handle { _ = unsafe ldap_unbind_ext_s(handle, nil, nil) }
        unsafe handle = nil
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
