/// One of Dovecot's password databases.
package struct DovecotPassdb: Sendable, Equatable {
    /// What a passdb is to this service.
    package enum Role: Sendable, Equatable {
        /// It asks whether a password is an app password (`auth.lua`).
        case appPasswords
        /// It has logins judged that others accepted (`audit.lua`).
        case audit
        /// Something else.
        case other
    }

    /// `lua`, `pam`, `ldap`.
    package var driver: String
    /// How messages name it: `passdb app-passwords`, or by its place, `passdb 2 (lua)`.
    package var name: String
    /// The script of a Lua passdb.
    package var script: String?
    /// Whether it runs in the auth process itself, which waits for each answer then.
    package var blocksAuth: Bool
    /// `never`, `authenticated`, `unauthenticated`.
    package var skip: String
    /// What becomes of a login that it accepts: `return-ok`, `continue-ok`.
    package var resultSuccess: String
    /// Of one that it refuses.
    package var resultFailure: String
    /// Of one that it cannot decide about.
    package var resultInternalFailure: String
    /// Networks that its logins have to come from.
    package var allowedNetworks: String?
    /// Whether it lets master users in.
    package var isMaster: Bool
    /// Whether it only keeps out those it knows (`deny = yes`).
    package var isDeny: Bool
    /// `lua_settings` (2.4).
    package var luaSettings: [String: String]

    /// Reads a section `passdb`.
    ///
    /// - Parameter place: Which one it is, from 1.
    init(_ section: DoveconfSection, place: Int) {
        let arguments = Self.arguments(section["args"] ?? "")
        driver = section["driver"] ?? (section.label.isEmpty ? "pam" : section.label)
        name = section.label.isEmpty ? "passdb \(place) (\(driver))" : "passdb \(section.label)"
        script = section["lua_file"] ?? (driver == "lua" ? arguments["file"] : nil)
        blocksAuth = driver == "lua" && (arguments["blocking"] == "no" || section["use_worker"] == "no")
        skip = section["skip"] ?? "never"
        resultSuccess = section["result_success"] ?? "return-ok"
        resultFailure = section["result_failure"] ?? "continue"
        resultInternalFailure = section["result_internalfail"] ?? "continue"
        let fields = section.sections.filter { $0.name.hasSuffix("fields") }
        allowedNetworks =
            fields.lazy.compactMap { $0["allow_nets"] }.first
            ?? [section["override_fields"], section["default_fields"]].lazy.compactMap { $0 }
            .compactMap { Self.arguments($0)["allow_nets"] }.first
        isMaster = section["master"] == "yes"
        isDeny = section["deny"] == "yes"
        luaSettings = Dictionary(
            section.sections("lua_settings").flatMap { $0.settings.map { ($0.key, $0.value) } }
        ) { $1 }
    }

    /// Whether a login that it accepts goes on to the passdbs after it.
    package var handsOn: Bool { ["continue-ok", "continue"].contains(resultSuccess) }

    /// What it is, by its script.
    ///
    /// - Parameter text: The script's text, if it can be read.
    func role(script text: String?) -> Role {
        guard driver == "lua", let script else { return .other }
        let file = script.split(separator: "/").last.map { $0.lowercased() } ?? ""
        if file.contains("audit") || text?.contains("\"/audit\"") ?? false { return .audit }
        if file.contains("auth") || text?.contains("\"/auth\"") ?? false { return .appPasswords }
        return .other
    }

    /// `file=/etc/dovecot/auth.lua blocking=yes`, values possibly in quotes.
    private static func arguments(_ text: String) -> [String: String] {
        Dictionary(
            text.split(separator: " ").compactMap { word in
                guard let equals = word.firstIndex(of: "=") else { return nil }
                let value = word[word.index(after: equals)...].filter { $0 != "\"" }
                return (String(word[..<equals]), value)
            }
        ) { $1 }
    }
}
