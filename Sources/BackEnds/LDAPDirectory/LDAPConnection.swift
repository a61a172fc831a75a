internal import AppPasswordCore
internal import BlockingLanes
internal import CLDAP
internal import Glibc
internal import Locks

/// One lane's connection: made when it is first needed, made anew, with the next server if need be, when it was lost.
///
/// Belongs to one thread.
@safe final class LDAPConnection {
    /// What a search found.
    private struct Entry {
        /// Its distinguished name.
        let name: String
        /// For each attribute asked for, its values.
        let values: [[String]]
    }

    private static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    /// A connection that was idle for so long may have been forgotten by a firewall on the way: it is asked, but not waited
    /// for as long as a server that is known to be there.
    private static let mayBeForgotten = Duration.seconds(1)
    /// What is waited for a connection that may be forgotten.
    private static let shortPatience = Duration.milliseconds(500)
    /// A connection that was idle for so long is replaced unasked.
    private static let longestIdle = Duration.seconds(60)

    private let configuration: LDAPDirectory.Configuration
    private let filter: SearchFilter
    private let servers: [LDAPServer]
    /// What one try with one server may take.
    private let share: Duration
    private let unseen: UnseenAttributes
    /// The clock by which connections grow old.
    private let now: @Sendable () -> ContinuousClock.Instant
    private var handle: OpaquePointer?
    /// Which server ``handle`` is connected to.
    private var server = 0
    /// When that last answered.
    private var lastUse: ContinuousClock.Instant
    /// What the search at hand may take.
    private var patience: Duration

    init(
        _ configuration: LDAPDirectory.Configuration, servers: [LDAPServer], unseen: UnseenAttributes,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.configuration = configuration
        self.servers = servers
        self.unseen = unseen
        self.now = now
        lastUse = now()
        filter = SearchFilter(template: configuration.filter)
        share = max(.milliseconds(1), configuration.timeout / max(1, servers.count))
        patience = share
    }

    deinit { close() }

    /// Searches for an account.
    func account(for login: String, by deadline: ContinuousClock.Instant) throws(BackendError) -> AccountAnswer {
        try perform(by: deadline) { () throws(LDAPFailure) in
            let (entries, hasMore) = try search(
                LDAP_SCOPE_SUBTREE, filter.text(for: login), ["uid", "homeDirectory", "loginShell"])
            guard entries.count <= 1, !hasMore else { return .ambiguous }
            guard let entry = entries.first else { return .notFound }
            let names = entry.values[0]
            let uid = Self.spelling(of: login, among: names)
            let others = names.filter { !$0.utf8.elementsEqual(uid.utf8) }.prefix(Account.mostNames)
            return .found(Account(uid: uid, otherNames: Array(others), isDisabled: try isDisabled(entry)))
        }
    }

    /// Searches for an account, and returns another attribute's values; none if there is not just one such account.
    func values(
        of attribute: String, for login: String, by deadline: ContinuousClock.Instant
    ) throws(BackendError) -> [String] {
        try perform(by: deadline) { () throws(LDAPFailure) in
            let (entries, hasMore) = try search(LDAP_SCOPE_SUBTREE, filter.text(for: login), [attribute])
            return entries.count == 1 && !hasMore ? entries[0].values[0] : []
        }
    }

    private func isDisabled(_ entry: Entry) throws(LDAPFailure) -> Bool {
        let telling = [
            ("homeDirectory", entry.values[1], configuration.disabledHomes),
            ("loginShell", entry.values[2], configuration.disabledShells),
        ]
        if telling.contains(where: { _, values, disabling in values.contains(where: disabling.contains) }) {
            return true
        }
        for (attribute, values, disabling) in telling where values.isEmpty {
            if try holds(attribute, oneOf: disabling, entry.name) { return true }
        }
        return false
    }

    /// Whether an attribute that the search did not show holds one of these values.
    ///
    /// A server that hides it answers the comparison too, or says that it may not: then nobody knows, which is an error, as it
    /// is where the comparison fails for a reason that may pass.
    private func holds(_ attribute: String, oneOf values: Set<String>, _ entry: String) throws(LDAPFailure) -> Bool {
        switch values.isEmpty ? .absent : unseen[attribute, of: entry] {
        case .absent: return false
        case .hidden: throw Self.hidden(attribute)
        case nil: break
        }
        for value in values.sorted() {
            let status = try compare(attribute, value, entry)
            switch status {
            case LDAP_COMPARE_TRUE: return true
            // What the attribute's syntax does not allow is none of its values.
            case LDAP_COMPARE_FALSE, LDAP_INVALID_SYNTAX: continue
            case LDAP_NO_SUCH_ATTRIBUTE, LDAP_UNDEFINED_TYPE:
                unseen[attribute, of: entry] = .absent
                return false
            case LDAP_INSUFFICIENT_ACCESS, LDAP_NO_SUCH_OBJECT:
                unseen[attribute, of: entry] = .hidden
                throw Self.hidden(attribute)
            // It compares nothing, or nothing of this attribute.
            case LDAP_PROTOCOL_ERROR, LDAP_INAPPROPRIATE_MATCHING:
                unseen.doubt(attribute, because: unsafe String(cString: ldap_err2string(status)))
                unseen[attribute, of: entry] = .absent
                return false
            default:
                // The next login asks again.
                throw Self.unknown(
                    attribute, status,
                    because: unsafe "cannot be compared (\(String(cString: ldap_err2string(status))))")
            }
        }
        return false
    }

    private static func hidden(_ attribute: String) -> LDAPFailure {
        unknown(attribute, LDAP_INSUFFICIENT_ACCESS, because: "may not be read")
    }

    private static func unknown(_ attribute: String, _ code: Int32, because reason: String) -> LDAPFailure {
        LDAPFailure(
            code: code,
            detail: "\(attribute) \(reason), so whether the account is disabled is not known; let the name that "
                + "ldap.bind binds with read it, or empty ldap.disabled_\(attribute == "loginShell" ? "shells" : "homes")"
        )
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
            let idle = now() - lastUse
            // One that is known to be in trouble is not waited for if there are others.
            if idle >= Self.longestIdle || servers.count > 1 && !servers[server].circuit.isClosed {
                close()
            } else {
                let mayBeForgotten = idle >= Self.mayBeForgotten
                do {
                    return try attempt(within: mayBeForgotten ? min(Self.shortPatience, share / 4) : share, body)
                } catch {
                    guard error.isConnectionLost, error.code != LDAP_TIMEOUT || mayBeForgotten || servers.count > 1
                    else { throw error.backendError }
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
                return try attempt(within: share, body)
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
    private func attempt<Value>(
        within patience: Duration, _ body: () throws(LDAPFailure) -> Value
    ) throws(LDAPFailure) -> Value {
        let start = ContinuousClock.now
        self.patience = patience
        do {
            let value = try body()
            lastUse = now()
            return value
        } catch {
            if error.isConnectionLost { close() } else { lastUse = now() }
            // A short wait says nothing about the server.
            if error.code == LDAP_TIMEOUT, patience == share {
                servers[server].circuit.failed(at: .now, begunAt: start)
            }
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
        // So that a firewall on the way does not forget the connection, and that one it forgot is closed. Not every libldap
        // can do all of it.
        for (option, value) in [
            (LDAP_OPT_X_KEEPALIVE_IDLE, 30), (LDAP_OPT_X_KEEPALIVE_INTERVAL, 10), (LDAP_OPT_X_KEEPALIVE_PROBES, 3),
            (LDAP_OPT_TCP_USER_TIMEOUT, 30_000),
        ] as [(Int32, Int32)] {
            _ = unsafe withUnsafePointer(to: value) { unsafe ldap_set_option(handle, option, $0) }
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
    /// - Returns: The entries; and whether there are more.
    private func search(
        _ scope: ber_int_t, _ filter: String, _ attributes: [String]
    ) throws(LDAPFailure) -> (entries: [Entry], hasMore: Bool) {
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
        var wait = timeval(patience)
        var result: OpaquePointer?
        let status = unsafe ldap_search_ext_s(
            handle, configuration.baseDN, scope, filter, names, 0, nil, nil, &wait, 2, &result)
        defer { if let result = unsafe result { _ = unsafe ldap_msgfree(result) } }
        if status != LDAP_SIZELIMIT_EXCEEDED { try check(status, "search") }
        // A server that says goodbye in place of an answer may do so without an error: that is not "no entries".
        guard unsafe result != nil else { throw LDAPFailure(code: LDAP_SERVER_DOWN, detail: "search: no answer") }
        var entries: [Entry] = []
        var entry = unsafe ldap_first_entry(handle, result)
        while let found = unsafe entry {
            var values: [[String]] = []
            for attribute in attributes { values.append(unsafe self.values(attribute, of: found)) }
            entries.append(Entry(name: unsafe name(of: found), values: values))
            unsafe entry = ldap_next_entry(handle, found)
        }
        return (entries, status == LDAP_SIZELIMIT_EXCEEDED)
    }

    /// Asks whether an entry's attribute has a value (RFC 4511 section 4.10); returns what the server says.
    private func compare(_ attribute: String, _ value: String, _ entry: String) throws(LDAPFailure) -> Int32 {
        guard let handle = unsafe handle else { throw LDAPFailure(code: LDAP_SERVER_DOWN, detail: "no connection") }
        var bytes = Array(value.utf8CString.dropLast())
        let status = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            var assertion = unsafe berval(bv_len: ber_len_t(bytes.count), bv_val: bytes.baseAddress)
            return unsafe ldap_compare_ext_s(handle, entry, attribute, &assertion, nil, nil)
        }
        if LDAPFailure(code: status, detail: "").isConnectionLost { try check(status, "compare") }
        return status
    }

    private func name(of entry: OpaquePointer) -> String {
        guard let handle = unsafe handle, let text = unsafe ldap_get_dn(handle, entry) else { return "" }
        defer { unsafe ldap_memfree(text) }
        return unsafe String(cString: text)
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
