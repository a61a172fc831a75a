internal import Settings

/// The passdbs that a Dovecot needs for this service.
///
/// The blocks are those of the shipped examples, `lua/dovecot-2.3-fail-open.conf.ext` and its like.
package struct DovecotSnippet: Sendable {
    /// Whether it is written for Dovecot 2.4.
    package var isNewStyle: Bool
    /// Whether a login that cannot be audited is refused.
    package var failsClosed: Bool
    /// Where the service is; nil: where the scripts look unless told otherwise.
    package var url: String?
    /// The file with the service's token, if it wants one.
    package var tokenFile: String?

    /// Chooses what the snippet is for; without a URL the script's own default holds.
    package init(isNewStyle: Bool, failsClosed: Bool, url: String? = nil, tokenFile: String? = nil) {
        (self.isNewStyle, self.failsClosed, self.url, self.tokenFile) = (isNewStyle, failsClosed, url, tokenFile)
    }

    /// The passdb that asks whether a password is an app password.
    package var appPasswords: [String] { block("app-passwords", "auth.lua", ["skip = authenticated"]) }

    /// The passdb that has logins judged which another has accepted.
    package var audit: [String] {
        let binding = ["result_failure = return-fail", "result_internalfail = return-fail"]
        return block("audit", "audit.lua", ["skip = unauthenticated"] + (failsClosed ? binding : []))
    }

    /// What the environment of Dovecot 2.3 has to let through to the scripts; empty if nothing.
    package var environment: [String] {
        guard !isNewStyle else { return [] }
        let names = [url.map { _ in "WEB_AUTH_URL" }, tokenFile.map { _ in "WEB_AUTH_TOKEN_FILE" }].compactMap { $0 }
        return names.isEmpty ? [] : ["import_environment = $import_environment \(names.joined(separator: " "))"]
    }

    /// What `systemctl edit dovecot` has to be told; empty if nothing.
    package var unit: [String] {
        guard !isNewStyle else { return [] }
        let variables = [
            url.map { "Environment=WEB_AUTH_URL=\($0)" }, tokenFile.map { "Environment=WEB_AUTH_TOKEN_FILE=\($0)" },
        ]
        .compactMap { $0 }
        return variables.isEmpty ? [] : ["[Service]"] + variables
    }

    /// All of it, for an included file; the accounts' own passdb goes before it.
    package var lines: [String] { environment + appPasswords + audit }

    private func block(_ name: String, _ script: String, _ more: [String]) -> [String] {
        guard isNewStyle else {
            return ["passdb {", "  driver = lua", "  args = file=/etc/dovecot/\(script) blocking=yes"]
                + more.map { "  \($0)" }
                + ["}"]
        }
        let settings =
            ["    url = \(url ?? "http://127.0.0.1:8000")"] + (tokenFile.map { ["    token_file = \($0)"] } ?? [])
        return ["passdb \(name) {", "  driver = lua", "  lua_file = /etc/dovecot/\(script)"] + more.map { "  \($0)" }
            + ["  lua_settings {"] + settings + ["  }", "}"]
    }
}
