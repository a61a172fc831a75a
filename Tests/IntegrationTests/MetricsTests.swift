import Foundation
import TestServers
import Testing

/// `/metrics` of the real program, read by Prometheus's own tools.
@Suite(.enabled(if: MetricsText.canParse, "\(MetricsText.parserMissing)"), .timeLimit(.minutes(5)))
struct MetricsTests {
    private func metrics(_ server: ServerProcess, headers: [String: String] = [:]) throws -> MetricsText {
        let answer = try server.request("GET", "/metrics", headers: headers)
        #expect(answer.status == 200)
        #expect(answer.head.lowercased().contains("content-type: text/plain; version=0.0.4; charset=utf-8"))
        return try MetricsText(answer.body)
    }

    private func addPassword(_ user: String, in directory: TemporaryDirectory) throws -> String {
        let added = try Program.run(["app-password", "add", user], in: directory)
        #expect(added.status == 0, "\(added.errors)")
        return String(added.output.dropLast())
    }

    @Test func `logins are counted by what became of them, and nothing names them`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            """
            [auth]
            disallow_passwords_from = ["192.88.100.0/24"]
            [audit]
            sinks = ["jsonl:audit.jsonl"]
            disabled_services = ["pop3"]
            [audit.lists]
            ip_networks = "nets.lst"
            entities = "entities.lst"
            """)
        try directory.write("nets.lst", "192.88.98.0/24\n192.88.97.0/24\nnonsense\n")
        try directory.write("entities.lst", "EXAMPLE-MNT\n")
        let password = try addPassword("honey.craig", in: directory)
        let server = try await ServerProcess(in: directory)
        #expect(try server.auth("honey.craig", password, from: "192.88.99.7").status == 200)
        #expect(try server.auth("honey.craig", password, from: "192.88.99.8").status == 200)
        #expect(try server.auth("honey.craig", password, from: "192.88.98.7").status == 403)
        #expect(try server.auth("honey.craig", password, service: "pop3", from: "192.88.99.7").status == 403)
        #expect(try server.auth("honey.craig", password, from: "192.88.100.7").status == 401)
        #expect(try server.auth("honey.craig", "wrong-guess", from: "192.88.99.7").status == 401)
        #expect(try server.auth("honey.craig", "wrong-guess", from: "192.88.99.7").status == 401)
        #expect(try server.auth("no.such.user", "wrong-guess", from: "2001:db8::77").status == 404)
        let audit = #"{"username":"honey.craig","service":"imap","remote_ip":"192.88.97.7"}"#
        #expect(try server.request("POST", "/audit", audit).status == 403)
        for path in ["/honey.craig", "/auth/", "/192.88.99.7", "/metrics?user=honey.craig"] {
            _ = try server.request("GET", path, headers: ["User-Agent": "honey.craig"])
        }
        let metrics = try metrics(server)

        func decisions(_ result: String, _ reason: String) -> Double? {
            metrics["webauth_decisions_total", ["result": result, "reason": reason]]
        }
        #expect(decisions("allow", "ok") == 2)
        #expect(decisions("deny", "ip_networks") == 2)
        #expect(decisions("deny", "disabled_service") == 1)
        #expect(decisions("deny", "refused_network") == 1)
        #expect(decisions("fail", "wrong_password") == 2)
        #expect(decisions("fail", "unknown_account") == 1)
        #expect(decisions("unavailable", "backend_unavailable") == 0)
        #expect(metrics["webauth_requests_total", ["endpoint": "/auth", "code": "200"]] == 2)
        #expect(metrics["webauth_requests_total", ["endpoint": "/auth", "code": "401"]] == 3)
        #expect(metrics["webauth_requests_total", ["endpoint": "/audit", "code": "403"]] == 1)
        #expect(metrics["webauth_requests_total", ["endpoint": "unknown", "code": "404"]] == 3)
        #expect(metrics["webauth_request_duration_seconds_count", ["endpoint": "/auth"]] == 8)
        #expect(metrics["webauth_rule_matches_total", ["list": "ip_networks"]] == 2)
        #expect(metrics["webauth_password_verify_seconds_count", ["scheme": "sha512-crypt", "path": "hash"]] == 2)
        #expect(metrics["webauth_password_verify_seconds_count", ["scheme": "sha512-crypt", "path": "cache"]] == 5)
        #expect(metrics["webauth_verify_cache_total", ["outcome": "hit"]] == 4)
        #expect(metrics["webauth_verify_cache_total", ["outcome": "known_mismatch"]] == 1)
        #expect(metrics["webauth_verify_cache_total", ["outcome": "miss"]] == 2)
        #expect(metrics["webauth_lookup_total", ["source": "database", "outcome": "known"]] == 7)
        #expect(metrics["webauth_lookup_total", ["source": "database", "outcome": "absent"]] == 1)
        #expect(metrics["webauth_lookup_seconds_count", ["source": "database"]] == 8)
        #expect(metrics["webauth_list_entries", ["list": "ip_networks"]] == 2)
        #expect(metrics["webauth_list_errors", ["list": "ip_networks"]] == 1)
        #expect(metrics["webauth_list_errors", ["list": "entities"]] == 0)
        #expect(metrics["webauth_config_last_reload_successful", [:]] == 1)
        #expect(metrics["webauth_backend_up", ["backend": "database"]] == 1)
        #expect(metrics["webauth_records_dropped_total", ["sink": "jsonl"]] == 0)
        #expect(metrics["webauth_records_dropped_total", ["sink": "spool"]] == 0)
        #expect((metrics["process_start_time_seconds", [:]] ?? 0) > Date().timeIntervalSince1970 - 300)
        #expect(metrics.families.first { $0.name == "webauth_build_info" }?.samples.first?.labels["version"] != nil)
        #expect(metrics.families.allSatisfy { !$0.help.isEmpty })

        // Not in a label, not anywhere else.
        for secret in ["honey", "no.such", "192.88", "2001:db8", "wrong-guess", password, "imap", "EXAMPLE-MNT"] {
            #expect(!metrics.text.contains(secret), "\(secret)")
        }
        let check = try Tool.run("/usr/bin/promtool", ["check", "metrics"], input: metrics.text)
        #expect(check.status == 0, "\(check.output)\(check.errors)")
    }

    @Test func `a token guards the metrics`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[server]\ntoken = \"hush-hush\"\n")
        let server = try await ServerProcess(in: directory)
        #expect(try server.request("GET", "/metrics").status == 401)
        let metrics = try metrics(server, headers: ["Authorization": "Bearer hush-hush"])
        #expect(metrics["webauth_requests_total", ["endpoint": "/metrics", "code": "401"]] == 1)
        #expect(!metrics.text.contains("hush-hush"))
    }

    @Test func `a refused reload shows until one is taken`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\n")
        try directory.write("nets.lst", "192.88.98.0/24\n")
        let server = try await ServerProcess(in: directory)
        let before = try metrics(server)
        try directory.write("nets.lst", "192.88.98.0/24\n192.88.97.0/24\nbad\nworse\n")
        #expect(try server.request("POST", "/reload").status == 409)
        let refused = try metrics(server)
        #expect(refused["webauth_config_last_reload_successful", [:]] == 0)
        #expect(refused["webauth_list_errors", ["list": "ip_networks"]] == 2)
        #expect(refused["webauth_list_entries", ["list": "ip_networks"]] == 1, "what was in force stays")
        let time = "webauth_config_last_reload_success_timestamp_seconds"
        #expect(refused[time, [:]] == before[time, [:]])
        try directory.write("nets.lst", "192.88.98.0/24\n192.88.97.0/24\n")
        #expect(try server.request("POST", "/reload").status == 200)
        let taken = try metrics(server)
        #expect(taken["webauth_config_last_reload_successful", [:]] == 1)
        #expect(taken["webauth_list_errors", ["list": "ip_networks"]] == 0)
        #expect(taken["webauth_list_entries", ["list": "ip_networks"]] == 2)
        #expect(try #require(taken[time, [:]]) > #require(before[time, [:]]))
    }

    @Test func `records that cannot be written and a database that is gone are shown`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit]\nsinks = [\"jsonl:/dev/full\"]\n")
        let password = try addPassword("alice", in: directory)
        let server = try await ServerProcess(in: directory)
        #expect(try server.auth("alice", password).status == 200)
        await server.waitForLog("audit records are being lost")
        #expect(try metrics(server)["webauth_records_dropped_total", ["sink": "jsonl"]] == 1)
        #expect(try server.request("POST", "/reload").status == 200)
        let reloaded = try metrics(server)
        #expect(reloaded["webauth_records_dropped_total", ["sink": "jsonl"]] == 1, "a reload forgets nothing")
        try FileManager.default.removeItem(atPath: directory.path + "/var/web-auth.sqlite")
        #expect(try server.auth("alice", password).status == 503)
        var gone = try metrics(server)
        // What is known of back ends is a second old at most.
        while gone["webauth_backend_up", ["backend": "database"]] == 1 {
            await Task.yield()
            gone = try metrics(server)
        }
        #expect(gone["webauth_backend_up", ["backend": "database"]] == 0)
        #expect(gone["webauth_decisions_total", ["result": "unavailable", "reason": "backend_unavailable"]] == 1)
        #expect(gone["webauth_lookup_total", ["source": "database", "outcome": "unreachable"]] == 1)
    }

    // MARK: What reads the metrics

    @Test func `the dashboard, the alerts and the documentation know the metrics there are`() async throws {
        let server = try await ServerProcess(in: TemporaryDirectory())
        let metrics = try metrics(server)
        let own = metrics.names.filter { $0.hasPrefix("webauth_") }
        #expect(own.count > 20)
        for file in ["packaging/grafana/dovecot-web-auth.json", "packaging/prometheus/alerts.yml", "docs/http-api.md"] {
            let text = try String(contentsOfFile: "\(Tool.sources)/\(file)", encoding: .utf8)
            let used = Set(text.matches(of: /\bwebauth_[a-z_]+[a-z]/).map { String($0.0) })
            #expect(!used.isEmpty, "\(file)")
            let unknown = used.filter { name in
                !own.contains(name) && !(file.hasSuffix(".md") && own.contains(name + "_bucket"))
            }
            #expect(unknown.isEmpty, "\(file): \(unknown.sorted())")
        }
        let documentation = try String(contentsOfFile: "\(Tool.sources)/docs/http-api.md", encoding: .utf8)
        for family in metrics.families {
            let name = family.name + (family.type == "counter" && !family.name.hasSuffix("_total") ? "_total" : "")
            #expect(documentation.contains("`\(name)"), "\(name) is not documented")
        }
        let dashboard = URL(fileURLWithPath: "\(Tool.sources)/packaging/grafana/dovecot-web-auth.json")
        let expressions = Self.expressions(in: try JSONSerialization.jsonObject(with: Data(contentsOf: dashboard)))
        #expect(expressions.count > 20)
        let rules = expressions.enumerated().map { index, text in
            let text = text.replacing("$__rate_interval", with: "5m")
            return ["record": "dashboard:\(index)", "expr": text]
        }
        let file = try JSONSerialization.data(
            withJSONObject: ["groups": [["name": "dashboard", "rules": rules] as [String: Any]]],
            options: .withoutEscapingSlashes)
        let directory = try TemporaryDirectory()
        try directory.write("rules.json", String(decoding: file, as: UTF8.self))
        let check = try Tool.run("/usr/bin/promtool", ["check", "rules", directory.path + "/rules.json"])
        #expect(check.status == 0, "\(check.output)\(check.errors)")
    }

    /// Every `expr` in a dashboard.
    private static func expressions(in value: Any) -> [String] {
        if let list = value as? [Any] { return list.flatMap(expressions) }
        guard let object = value as? [String: Any] else { return [] }
        return object.sorted { $0.key < $1.key }.flatMap { key, value in
            key == "expr" ? [value as? String].compactMap { $0 } : expressions(in: value)
        }
    }

    @Test func `the alert rules are valid, and fire when they should and not else`() throws {
        let folder = "\(Tool.sources)/packaging/prometheus"
        let check = try Tool.run("/usr/bin/promtool", ["check", "rules", folder + "/alerts.yml"])
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        #expect(check.output.contains("4 rules found"))
        let test = try Tool.run("/usr/bin/promtool", ["test", "rules", folder + "/alerts-test.yml"])
        #expect(test.status == 0, "\(test.output)\(test.errors)")
    }
}
