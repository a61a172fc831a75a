import Foundation
import TestServers
import Testing

/// `[lists]` in the real program: lists that many servers share.
@Suite(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "apt-get install python3"),
    .timeLimit(.minutes(5)))
struct ListSourceTests {
    /// A place where lists are made and signed.
    private struct Workshop {
        let directory: TemporaryDirectory
        let publicKey: String

        init() throws {
            directory = try TemporaryDirectory()
            let made = try Program.run(["lists", "keys", "lists.key"], in: directory)
            #expect(made.status == 0, "\(made.errors)")
            publicKey = String(made.output.dropLast())
        }

        /// Signs lists, each with its name.
        func sign(_ lists: [String: String], by key: String = "lists.key") throws -> [UInt8] {
            let name = "lists-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(
                atPath: "\(directory.path)/\(name)", withIntermediateDirectories: true)
            for (list, text) in lists { try directory.write("\(name)/\(list)", text) }
            let signed = try Program.run(["lists", "sign", "--key", key, name], in: directory)
            #expect(signed.status == 0, "\(signed.errors)")
            return Array(try Data(contentsOf: URL(fileURLWithPath: directory.path + "/lists.tar")))
        }
    }

    private func version(_ server: ServerProcess) throws -> [String: Any] {
        let answer = try server.request("GET", "/version")
        #expect(answer.status == 200)
        return try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
    }

    private func status(_ server: ServerProcess) throws -> String? {
        (try version(server)["lists_source"] as? [String: Any])?["status"] as? String
    }

    private func password(of user: String, in directory: TemporaryDirectory) throws -> String {
        let added = try Program.run(["app-password", "add", user], in: directory)
        #expect(added.status == 0, "\(added.errors)")
        return String(added.output.dropLast())
    }

    @Test func `signed lists arrive by themselves, none but good ones, and the last good ones outlive all`()
        async throws
    {
        let web = try await WebServer()
        let workshop = try Workshop()
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            """
            [audit]
            sinks = ["jsonl:audit.jsonl"]
            blast_radius = 0
            [lists]
            source = "\(web.url)"
            public_key = "\(workshop.publicKey)"
            ca = "\(web.authority)"
            poll = "1s"
            """)
        let password = try password(of: "alice", in: directory)
        let early = try Program.run(["serve", "--port", "0"], in: directory)
        #expect(early.status == 69 && early.errors.contains("lists.source: there are no lists yet"), "\(early.errors)")
        #expect(early.errors.contains("HTTP 404"), "\(early.errors)")

        let first = try workshop.sign(["ip_networks.deny.lst": "192.88.98.0/24\n"])
        try web.publish(first)
        var server = try await ServerProcess(in: directory)
        func logIn(_ network: Int) throws -> Int {
            try server.auth("alice", password, from: "192.88.\(network).1").status
        }
        #expect(try [98, 99].map(logIn) == [403, 200])
        await server.waitForLog("listening")
        let kept = directory.path + "/var/lists.tar"
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: kept))) == first)
        #expect(try FileManager.default.attributesOfItem(atPath: kept)[.posixPermissions] as? Int == 0o600)

        // New lists come by themselves.
        try web.publish(
            try workshop.sign(["ip_networks.deny.lst": "192.88.98.0/24\n192.88.97.0/24\n", "users.allow.lst": "bob\n"]))
        await server.waitForLog("lists of the source are in force")
        #expect(try [97, 98, 99].map(logIn) == [403, 403, 200])
        let good = try version(server)
        #expect(try status(server) == "ok")

        // Too many would be refused: as with a reload, and forced as one.
        try web.publish(try workshop.sign(["ip_networks.deny.lst": "192.88.96.0/20\n"]))
        await server.waitForLog("what lists.source has is not in force", times: 2)
        #expect(server.logText.contains("source/ip_networks.deny.lst:1: newly refuses 1 user"))
        #expect(try [97, 98, 99].map(logIn) == [403, 403, 200])
        #expect(try version(server)["lists"] as? String == good["lists"] as? String)
        #expect(try status(server) == "refused")
        #expect(try server.request("POST", "/reload").status == 409)
        var metrics = try server.request("GET", "/metrics").body
        #expect(metrics.contains("webauth_lists_source_current 0\n"))
        #expect(metrics.contains("webauth_lists_info{digest=\"\(good["lists"] as? String ?? "")\"} 1\n"))
        let forced = try server.request("POST", "/reload?force=1")
        #expect(forced.status == 200 && forced.body.contains("forced: 1 of 1 users"), "\(forced.body)")
        #expect(try [97, 98, 99].map(logIn) == [403, 403, 403])
        #expect(try status(server) == "ok" && version(server)["settings"] as? String == good["settings"] as? String)

        // One list that cannot be used, and the others are not taken either.
        try web.publish(
            try workshop.sign(["ip_networks.deny.lst": "192.88.98.0/24\n", "coordinates.deny.lst": "43.3,46.6,50,1\n"]))
        await server.waitForLog("source/coordinates.deny.lst:1:1: this list needs audit.maxmind.city")
        #expect(try [97, 99].map(logIn) == [403, 403])
        // Somebody else's signature, an old set, and what is no set at all.
        let other = try Workshop()
        try web.publish(try other.sign(["ip_networks.deny.lst": "192.88.98.0/24\n"]))
        await server.waitForLog("is signed by \(other.publicKey), which is none of lists.public_key")
        try web.publish(first)
        await server.waitForLog("before those in force")
        try web.publish(Array("<html>\n".utf8))
        await server.waitForLog("is not a file that lists sign has written")
        // Other settings can be taken into use all the same.
        let reloaded = try server.request("POST", "/reload")
        #expect(reloaded.status == 200 && reloaded.body.contains("lists sign has written"), "\(reloaded.body)")
        #expect(reloaded.body.contains("the lists of before stay in force"))
        #expect(try [97, 99].map(logIn) == [403, 403])
        #expect(try server.request("GET", "/readyz").body.contains("lists source: refused\n"))

        // Without the source a start has what was in force, and the newest when it is there again.
        try await web.process.stop()
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        server = try await ServerProcess(in: directory)
        #expect(try [97, 99].map(logIn) == [403, 403])
        await server.waitForLog("what lists.source has is not in force")
        #expect(try status(server) == "unavailable")
        let ready = try server.request("GET", "/readyz")
        #expect(ready.status == 200 && ready.body.contains("lists source: unavailable\n"), "\(ready.body)")
        let away = try server.request("POST", "/reload")
        #expect(away.status == 200 && away.body.contains("the lists of before stay in force"), "\(away.body)")
        try web.publish(try workshop.sign(["ip_networks.deny.lst": "192.88.98.0/24\n"]))
        try await web.process.start()
        await server.waitForLog("lists of the source are in force")
        #expect(try [97, 98, 99].map(logIn) == [200, 403, 200])
        metrics = try server.request("GET", "/metrics").body
        #expect(metrics.contains("webauth_lists_source_current 1\n"))
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)

        let explained = try Program.run(["explain", "192.88.98.7"], in: directory)
        #expect(explained.output.contains("source/ip_networks.deny.lst:1"), "\(explained.output)\(explained.errors)")
    }

    @Test
    func `lists that could not be kept are kept at a later look, and one that hangs keeps no service from ending`()
        async throws
    {
        let web = try await WebServer()
        let workshop = try Workshop()
        let directory = try TemporaryDirectory()
        func settings(_ url: String) throws {
            try directory.write(
                "config.toml",
                """
                [server]
                drain = 0
                [lists]
                source = "\(url)"
                public_key = "\(workshop.publicKey)"
                ca = "\(web.authority)"
                poll = "1s"
                """)
        }
        try settings(web.url)
        let lists = try workshop.sign(["ip_networks.deny.lst": "192.88.98.0/24\n"])
        try web.publish(lists)
        // Something is in the way of the file, in the service's own directory.
        _ = try password(of: "alice", in: directory)
        let kept = directory.path + "/var/lists.tar"
        try FileManager.default.createDirectory(atPath: kept + ".new/x", withIntermediateDirectories: true)
        var server = try await ServerProcess(in: directory)
        await server.waitForLog("lists could not be kept")
        try FileManager.default.removeItem(atPath: kept + ".new")
        await server.waitForLog("lists that could not be kept are kept now")
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: kept))) == lists)
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)

        let silent = try SilentListener()
        try settings("https://127.0.0.1:\(silent.port)/lists.tar")
        server = try await ServerProcess(in: directory)
        #expect(server.becomes { silent.hasCaller })
        let start = ContinuousClock.now
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `servers that share a directory take all of it or nothing, and show when one lags`() async throws {
        let shared = try TemporaryDirectory()
        try shared.write("ip_networks.deny.lst", "192.88.98.0/24\n")
        try shared.write("network_cc.watch.lst", "RU\n")
        let nodes = try (0..<2).map { _ in
            let directory = try TemporaryDirectory()
            try directory.write(
                "config.toml",
                """
                [server]
                token = "\(UUID().uuidString)"
                [audit]
                sinks = ["stderr"]
                [audit.lists.allow]
                users = "users.lst"
                [lists]
                source = "file://\(shared.path)"
                poll = "1h"
                """)
            try directory.write("users.lst", "carol\n")
            return directory
        }
        func token(_ directory: TemporaryDirectory) -> [String: String] {
            let text = directory.read("config.toml").split(separator: "\"")[1]
            return ["Authorization": "Bearer \(text)"]
        }
        let servers = [try await ServerProcess(in: nodes[0]), try await ServerProcess(in: nodes[1])]
        func versions() throws -> [[String: Any]] {
            try zip(servers, nodes).map { server, directory in
                let answer = try server.request("GET", "/version", headers: token(directory))
                return try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
            }
        }
        #expect(try servers[0].request("GET", "/version").status == 401)
        func digests(_ key: String) throws -> Set<String> { Set(try versions().compactMap { $0[key] as? String }) }
        let (settings, lists) = (try digests("settings"), try digests("lists"))
        #expect(settings.count == 1 && lists.count == 1 && settings.first?.count == 64, "though their tokens differ")
        #expect(try digests("version").count == 1)

        try shared.write("network_cc.watch.lst", "RU\nnot a country\n")
        for (server, directory) in zip(servers, nodes) {
            let answer = try server.request("POST", "/reload", headers: token(directory))
            #expect(answer.status == 409 && answer.body.contains("source/network_cc.watch.lst:2"), "\(answer.body)")
        }
        #expect(try digests("lists") == lists)
        try shared.write("network_cc.watch.lst", "RU\nNL\n")
        let taken = try servers[0].request("POST", "/reload", headers: token(nodes[0]))
        #expect(taken.status == 200 && taken.body.contains(#""watch.network_cc":2"#), "\(taken.body)")
        #expect(try digests("lists").count == 2, "one of them lags")
        servers[1].signal(SIGHUP)
        await servers[1].waitForLog("reloaded")
        #expect(try digests("lists").count == 1 && digests("lists") != lists)
        #expect(try digests("settings") == settings)

        // The node's own list goes before the shared one, and a note says so.
        try shared.write("users.allow.lst", "dave\n")
        let both = try servers[0].request("POST", "/reload", headers: token(nodes[0]))
        #expect(both.status == 200 && both.body.contains(#""allow.users":1"#), "\(both.body)")
        #expect(servers[0].logText.contains("lists.source has allow.users as well"))
        try shared.write("nobody.deny.lst", "")
        let odd = try servers[0].request("POST", "/reload", headers: token(nodes[0]))
        #expect(odd.status == 200 && odd.body.contains("nobody.deny.lst is the name of no list"), "\(odd.body)")
        #expect(odd.body.contains("the lists of before stay in force"))
        for server in servers {
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }

    @Test func `lists are signed and verified by hand`() throws {
        let workshop = try Workshop()
        let directory = workshop.directory
        #expect(workshop.publicKey.hasPrefix("ed25519:") && workshop.publicKey.count == 52)
        let file = directory.path + "/lists.key"
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        let again = try Program.run(["lists", "keys", "lists.key"], in: directory)
        #expect(again.status == 74 && again.errors.contains("File exists"), "\(again.errors)")
        let shown = try Program.run(["lists", "keys", "--show", "lists.key"], in: directory)
        #expect(shown.output == workshop.publicKey + "\n")

        let lists = ["as_cc.deny.lst": "RU\nUK\n", "users.allow.lst": "alice\n"]
        let one = try workshop.sign(lists)
        func verify(_ keys: [String], _ file: String = "lists.tar") throws -> Program.Result {
            try Program.run(["lists", "verify"] + keys.flatMap { ["--key", $0] } + [file], in: directory)
        }
        let good = try verify([workshop.publicKey])
        #expect(good.status == 0, "\(good.errors)")
        for words in [
            "as_cc: 2 entries", "allow.users: 1 entry", "registries write GB, not UK", "by \(workshop.publicKey)",
        ] {
            #expect(good.output.contains(words), "\(good.output)")
        }
        #expect(try workshop.sign(lists) != one, "it says when it was signed")
        var same: Set<String> = []
        try FileManager.default.createDirectory(atPath: directory.path + "/same", withIntermediateDirectories: true)
        try directory.write("same/as_cc.deny.lst", "RU\n")
        for _ in 1...2 {
            let signed = try Program.run(
                [
                    "lists", "sign", "--key", "lists.key", "--time", "2026-01-02T03:04:05Z", "--output", "then.tar",
                    "same/",
                ],
                in: directory)
            #expect(signed.status == 0 && signed.output.contains("signed 2026-01-02T03:04:05.000Z"), "\(signed.errors)")
            same.insert(try Data(contentsOf: URL(fileURLWithPath: directory.path + "/then.tar")).base64EncodedString())
        }
        #expect(same.count == 1, "the same lists, key and time make the same file")
        let stranger = try Workshop().publicKey
        #expect(try verify([stranger]).status == 78)
        #expect(try verify([stranger, workshop.publicKey]).status == 0)
        #expect(try verify(["ed25519:odd"]).status == 64)
        try directory.write(
            "config.toml", "[lists]\nsource = \"file:///srv/l.tar\"\npublic_key = \"\(workshop.publicKey)\"\n")
        #expect(try verify([]).status == 0)
        try directory.write("junk.tar", "junk")
        #expect(
            try verify([workshop.publicKey], "junk.tar").errors.contains("is not a file that lists sign has written"))

        // Nothing is signed with a bad line, or a name that is none.
        for (name, text, words) in [
            ("as_cc.deny.lst", "nowhere\n", "bad/as_cc.deny.lst:1:1"),
            ("as_cc.lst", "RU\n", "as_cc.lst is the name of no list"),
        ] {
            try? FileManager.default.removeItem(atPath: directory.path + "/bad")
            try FileManager.default.createDirectory(atPath: directory.path + "/bad", withIntermediateDirectories: true)
            try directory.write("bad/\(name)", text)
            let bad = try Program.run(
                ["lists", "sign", "--key", "lists.key", "--output", "bad.tar", "bad"], in: directory)
            #expect(bad.status == 78 && bad.errors.contains(words), "\(bad.errors)")
            #expect(!FileManager.default.fileExists(atPath: directory.path + "/bad.tar"))
        }
    }
}
