import AuditCore
import AuditCoreTesting
import Foundation
import SystemdJournal
import Testing
import TestServers

extension SystemdTests {
    /// What a real journald makes of our records.
    @Suite(.enabled(if: JournaldServer.isAvailable, "\(JournaldServer.missing)"))
    struct JournalTests {
        /// A session id that no other record has, to find ours by.
        private let session = UUID().uuidString

        private func write(_ records: AuditRecord...) async throws -> [[String: String]] {
            let journald = try await JournaldServer.shared
            let sink = JournalSink()
            for var record in records {
                record.attempt.sessionID = session
                try await sink.write(.login(record))
            }
            return try await journald.entries("AUDIT_SESSION_ID=\(session)")
        }

        @Test func `the old program's lines arrive to the letter`() async throws {
            let entries = try await write(SampleRecords.vk(), SampleRecords.local(), SampleRecords.google())
            #expect(
                entries.map { $0["MESSAGE"] } == [
                    """
                    user=<honey-craig>, service=imap, ip=176.112.169.218, host=rimap26.i.mail.ru, asn=AS47764, \
                    as_cc=RU, as_desc=<VK-AS, RU>, as_org=<LLC VK>, net_name=<VK-FRONT>, net_cc=RU, \
                    entity=EY1327-RIPE, entity=ORG-LLCn4-RIPE, entity=RIPE-NCC-END-MNT, entity=VKCOMPANY-MNT, \
                    entity=VKNC, entity=MAIL-RU, city=<550478/Khasavyurt>, subdivision=<567293/Dagestan>, \
                    country=<2017370/Russia>, represented_country=<None/None>, \
                    registered_country=<2017370/Russia>, lat=43.2465, lon=46.59, rad=20km
                    """,
                    """
                    user=<honey>, service=imap, ip=172.17.1.204, host=dhcp204.internal, asn=None, as_cc=ZZ, \
                    as_desc=<MPI PKS local network>, as_org=<None>, net_name=<DHCP Network>, net_cc=ZZ, entity=
                    """,
                    """
                    user=<bbecker>, service=smtp, ip=209.85.218.53, host=mail-ej1-f53.google.com, asn=AS15169, \
                    as_cc=US, as_desc=<GOOGLE, US>, as_org=<GOOGLE>, net_name=<GOOGLE>, net_cc=None, \
                    entity=GOGL, city=<None/None>, country=<6252001/United States>, \
                    represented_country=<None/None>, registered_country=<6252001/United States>, lat=37.751, \
                    lon=-97.822, rad=1000km
                    """,
                ])
            #expect(entries.allSatisfy { $0["SYSLOG_IDENTIFIER"] == "mail-audit" && $0["PRIORITY"] == "6" })
            #expect(entries.allSatisfy { $0["_TRANSPORT"] == "journal" && $0["CODE_FILE"] == nil })
        }

        @Test func `the fields are those of the old README's sample, and the new ones`() async throws {
            let entry = try #require(try await write(SampleRecords.google()).first)
            let ours = entry.filter {
                $0.key.hasPrefix("AUDIT_") && !["AUDIT_SOURCES", "AUDIT_FACTS"].contains($0.key)
            }
            #expect(
                ours == [
                    "AUDIT_AS_CC": "US",
                    "AUDIT_AS_DESC": "GOOGLE, US",
                    "AUDIT_AS_ORG": "GOOGLE",
                    "AUDIT_ASN": "AS15169",
                    "AUDIT_BLOCKED": "False",
                    "AUDIT_DURATION_US": "1500",
                    "AUDIT_ENTITIES": "['GOGL']",
                    "AUDIT_IP": "209.85.218.53",
                    "AUDIT_LOG": "True",
                    "AUDIT_MATCHED": "None",
                    "AUDIT_MAXMIND_CITY": "{'name': None, 'geoname_id': None, 'code': None}",
                    "AUDIT_MAXMIND_CONTINENT": "{'name': 'North America', 'geoname_id': 6255149, 'code': 'NA'}",
                    "AUDIT_MAXMIND_COUNTRY": "{'name': 'United States', 'geoname_id': 6252001, 'code': 'US'}",
                    "AUDIT_MAXMIND_LOCATION":
                        """
                    {'accuracy_radius': 1000, 'latitude': 37.751, 'longitude': -97.822, \
                    'time_zone': 'America/Chicago'}
                    """,
                    "AUDIT_MAXMIND_POSTAL_CODE": "None",
                    "AUDIT_MAXMIND_REGISTERED_COUNTRY":
                        "{'name': 'United States', 'geoname_id': 6252001, 'code': 'US'}",
                    "AUDIT_MAXMIND_REPRESENTED_COUNTRY": "{'name': None, 'geoname_id': None, 'code': None}",
                    "AUDIT_MAXMIND_SUBDIVISIONS": "()",
                    "AUDIT_NET_CC": "None",
                    "AUDIT_NET_NAME": "GOOGLE",
                    "AUDIT_PASSWORD": "None",
                    "AUDIT_RESERVED": "False",
                    "AUDIT_REV_HOST": "mail-ej1-f53.google.com",
                    "AUDIT_SERVICE": "smtp",
                    "AUDIT_SESSION_ID": session,
                    "AUDIT_USER": "bbecker",
                ])
            let sources = try #require(entry["AUDIT_SOURCES"])
            #expect(sources.hasPrefix(#"{"rev_host":{"source":"dns","age_s":0},"network":{"source":"rdap","#))
        }

        @Test(arguments: [
            "a\nAUDIT_BLOCKED=True\nMESSAGE=forged", "a\u{0}b", "\n", "a\u{1b}[31mb", "=", "é\u{202e}\u{10ffff}",
            String(repeating: "long ", count: 100_000), "",
        ])
        func `a value arrives with the bytes it has, and is nothing but a value`(login: String) async throws {
            var record = SampleRecords.google()
            record.attempt.login = login
            let entry = try #require(try await write(record).first)
            #expect(entry["AUDIT_USER"] == login)
            #expect(entry["AUDIT_BLOCKED"] == "False")
            #expect(entry["MESSAGE"] == record.message)
        }

        @Test func `a refused login is a notice, with its rule`() async throws {
            var record = SampleRecords.vk()
            (record.passwordID, record.isBlocked, record.matched) = (7, true, "net_cc")
            record.rule = RuleReference(file: "lists/net_cc.deny.lst", line: 12)
            let entry = try #require(try await write(record).first)
            #expect(entry["PRIORITY"] == "5" && entry["AUDIT_BLOCKED"] == "True" && entry["AUDIT_MATCHED"] == "net_cc")
            #expect(entry["AUDIT_PASSWORD"] == "7" && entry["AUDIT_RULE"] == "lists/net_cc.deny.lst:12")
        }

        @Test func `20,000 records in a burst arrive whole`() async throws {
            let journald = try await JournaldServer.shared
            let trail = AuditTrail { _ in }
            trail.use([JournalSink()])
            for number in 1...20_000 {
                var record = SampleRecords.vk()
                record.attempt.sessionID = session
                record.passwordID = Int64(number)
                trail.submit(record)
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await trail.finish(within: .seconds(240)) }
                group.addTask { await trail.run() }
            }
            #expect(trail.counts.map(\.lost) == [0])
            let numbers = try await journald.entries("AUDIT_SESSION_ID=\(session)", "--output-fields=AUDIT_PASSWORD")
            #expect(numbers.compactMap { $0["AUDIT_PASSWORD"] } == (1...20_000).map(String.init))
        }

        @Test func `a journald that died is noticed, and one that came back is used`() async throws {
            let journald = try await JournaldServer.shared
            guard let process = journald.process else { return }  // the system's own must not be ended
            let sink = JournalSink()
            try await sink.write(.login(SampleRecords.vk()))
            #expect(JournalSink.isAvailable)
            try await process.kill()
            #expect(!JournalSink.isAvailable)
            await #expect(throws: AuditSinkError.self) { try await sink.write(.login(SampleRecords.vk())) }
            try await process.start()
            #expect(JournalSink.isAvailable)
            #expect(try await write(SampleRecords.vk()).count == 1)
        }

        @Test func `a journald that hangs holds a record no longer than it may`() async throws {
            let journald = try await JournaldServer.shared
            guard let process = journald.process else { return }
            let sink = JournalSink(patience: .milliseconds(100))
            process.freeze()
            var refusal: AuditSinkError?
            for _ in 0..<100_000 where refusal == nil {
                do { try await sink.write(.login(SampleRecords.vk())) } catch { refusal = error }
            }
            #expect(refusal?.description == "journald has not taken a record for 0.1 seconds")
            process.thaw()
            #expect(try await write(SampleRecords.vk()).count == 1)
        }
    }
}
