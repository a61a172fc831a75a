import AuditCore
import Foundation
@testable import ListSource
import TestServers
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ListSourceTests {
    private static let key = ListSigningKey()
    private static let now = Timestamp(milliseconds: 1_795_000_000_000)

    private static func archive(_ text: String, _ time: Timestamp = now, by key: ListSigningKey = key) -> [UInt8] {
        ListArchive.write([ListSet.File(ListKey(.ipNetworks), Array(text.utf8))], at: time, by: key)
    }

    /// Looks, on a thread that may wait.
    private func look(
        _ source: ListSource, besides inForce: ListSet? = nil, at now: Timestamp = now
    ) async -> Result<ListSource.Finding, ListSourceError> {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                do throws(ListSourceError) {
                    continuation.resume(returning: .success(try source.look(besides: inForce, at: now)))
                } catch { continuation.resume(returning: .failure(error)) }
            }
        }
    }

    private func others(_ result: Result<ListSource.Finding, ListSourceError>) -> ListSource.Candidate? {
        if case .success(.others(let candidate)) = result { candidate } else { nil }
    }

    private func isSame(_ result: Result<ListSource.Finding, ListSourceError>) -> Bool {
        if case .success(.same) = result { true } else { false }
    }

    private func trouble(_ result: Result<ListSource.Finding, ListSourceError>) -> ListSourceError? {
        if case .failure(let error) = result { error } else { nil }
    }

    @Test func `a directory is read as a whole, and names that are none of a list are told`() async throws {
        let directory = try PrivateDirectory()
        let source = ListSource(ListSource.Configuration(.directory(directory.path)))
        #expect(trouble(await look(source))?.code == .malformed, "no list")
        _ = try directory.write("192.88.98.0/24\n", to: "ip_networks.deny.lst")
        _ = try directory.write("alice\n", to: "users.allow.lst")
        _ = try directory.write("no list", to: "README")
        _ = try directory.write("half", to: ".ip_networks.deny.lst")
        let found = try #require(others(await look(source)))
        #expect(found.set.files.map(\.list) == [ListKey(.ipNetworks), ListKey(.users, .allow)])
        #expect(found.set.signed == nil)
        #expect(try ListArchive.read(found.file, trusting: nil) == found.set)
        #expect(isSame(await look(source, besides: found.set)))
        _ = try directory.write("nobody\n", to: "network.deny.lst")
        let odd = try #require(trouble(await look(source, besides: found.set)))
        #expect(
            odd.code == .malformed && odd.problems.first?.contains("network.deny.lst is the name of no list") == true)
        try FileManager.default.removeItem(atPath: directory.path + "/network.deny.lst")
        mkfifo(directory.path + "/as_cc.deny.lst", 0o600)
        #expect(trouble(await look(source))?.code == .unavailable, "nobody waits for a pipe")
        #expect(trouble(await look(ListSource(.init(.directory("/nowhere/at/all")))))?.code == .unavailable)
    }

    @Test func `a file is believed by its signature, if anybody's is asked for`() async throws {
        let directory = try PrivateDirectory()
        let path = directory.path + "/lists.tar"
        var configuration = ListSource.Configuration(.file(path))
        #expect(trouble(await look(ListSource(configuration)))?.code == .unavailable)
        try Data(Self.archive("192.88.98.0/24\n")).write(to: URL(fileURLWithPath: path))
        #expect(others(await look(ListSource(configuration))) != nil)
        configuration.keys = [ListSigningKey().publicKey]
        #expect(trouble(await look(ListSource(configuration)))?.code == .untrusted)
        configuration.keys.append(Self.key.publicKey)
        #expect(others(await look(ListSource(configuration))) != nil)
    }

    @Test func `nothing older is taken, nor what was signed in the future`() async throws {
        let directory = try PrivateDirectory()
        let path = directory.path + "/lists.tar"
        let source = ListSource(.init(.file(path)))
        func publish(_ text: String, _ seconds: Int64) throws {
            try Data(Self.archive(text, Self.now.advanced(by: .seconds(seconds)))).write(to: URL(fileURLWithPath: path))
        }
        try publish("192.88.98.0/24\n", 0)
        let first = try #require(others(await look(source))).set
        try publish("192.88.99.0/24\n", -1)
        let older = try #require(trouble(await look(source, besides: first)))
        #expect(older.code == .outOfTime && older.description.contains("before those in force"), "\(older)")
        try publish("192.88.99.0/24\n", 0)
        #expect(trouble(await look(source, besides: first))?.description.contains("differs from them") == true)
        try publish("192.88.99.0/24\n", 601)
        #expect(trouble(await look(source, besides: first))?.description.contains("yet to come") == true)
        try publish("192.88.99.0/24\n", 600)
        #expect(others(await look(source, besides: first)) != nil)
        // The same lists, signed anew, move the time that nothing may go behind.
        try publish("192.88.98.0/24\n", 5)
        #expect(others(await look(source, besides: first))?.set.digest == first.digest)
    }

    @Test func `what is kept is read again, and is nobody else's to read`() throws {
        let directory = try PrivateDirectory()
        #expect(try KeptLists.read(in: directory.path, trusting: nil) == nil)
        let bytes = Self.archive("192.88.98.0/24\n")
        for _ in 1...2 { try KeptLists.write(bytes, in: directory.path) }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names == ["lists.tar"])
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path + "/lists.tar")[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(try KeptLists.read(in: directory.path, trusting: [Self.key.publicKey])?.signed == Self.now)
        #expect(throws: ListSourceError.self) {
            try KeptLists.read(in: directory.path, trusting: [ListSigningKey().publicKey])
        }
        #expect(throws: ListSourceError.self) { try KeptLists.write(bytes, in: directory.path + "/nowhere") }
        #expect(throws: ListSourceError.self) {
            try PrivateFile.write(bytes, to: directory.path + "/lists.tar", replacing: false)
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "apt-get install python3"))
    func `a file on a web server is sent once, and no other is taken for it`() async throws {
        let server = try await WebServer()
        var configuration = ListSource.Configuration(.url(server.url))
        configuration.keys = [Self.key.publicKey]
        let stranger = try #require(trouble(await look(ListSource(configuration))))
        #expect(stranger.code == .unavailable && stranger.description.contains("certificate"), "\(stranger)")
        configuration.authority = server.authority
        let source = ListSource(configuration)
        #expect(trouble(await look(source))?.description == "\(server.url): HTTP 404")
        try server.publish(Self.archive("192.88.98.0/24\n"))
        let first = try #require(others(await look(source)))
        #expect(others(await look(source)) != nil, "as long as it was not taken")
        source.taken(first)
        #expect(isSame(await look(source, besides: first.set)))
        #expect(server.answers == [404, 200, 200, 304])
        // Who was started anew knows the lists, and not yet the tag.
        let restarted = ListSource(configuration)
        for _ in 1...2 { #expect(isSame(await look(restarted, besides: first.set))) }
        #expect(server.answers.suffix(2) == [200, 304])

        try server.publish(Self.archive("192.88.99.0/24\n", by: ListSigningKey()))
        #expect(trouble(await look(source, besides: first.set))?.code == .untrusted)
        try server.publish([])
        #expect(trouble(await look(source, besides: first.set))?.code == .malformed)
        try server.publish([UInt8](repeating: 0, count: ListArchive.maximumSize + 1))
        let long = try #require(trouble(await look(source, besides: first.set)))
        #expect(long.code == .malformed && long.description.contains("more than 33554432 bytes"), "\(long)")
        try server.publish(Self.archive("192.88.98.0/24\n"))
        #expect(isSame(await look(source, besides: first.set)))

        var moved = configuration
        moved.place = .url(server.url.replacing("lists.tar", with: "moved"))
        #expect(trouble(await look(ListSource(moved)))?.description.hasSuffix("HTTP 302") == true)
        configuration.deadline = .milliseconds(200)
        server.process.freeze()
        let late = try #require(trouble(await look(ListSource(configuration), besides: first.set)))
        #expect(late.code == .unavailable && late.description.contains("no answer within"), "\(late)")
        try await server.process.kill()
        #expect(trouble(await look(source, besides: first.set))?.description.contains("refused") == true)
    }
}
