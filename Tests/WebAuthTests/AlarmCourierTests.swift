import Alarms
import AppPasswordCore
import AuditCore
import Foundation
import Locks
import PrometheusMetrics
import Settings
import TestKit
import Testing
import Webhooks

@testable import WebAuth

/// What becomes of alarms as time goes by, with a database, a webhook and a sendmail that do as they are told.
@Suite(.timeLimit(.minutes(2)))
struct AlarmCourierTests {
    // MARK: - Suspending

    @Test func `a suspension is tried until the database answers, and is told of then`() async {
        await CourierWorld.with(hasWebhook: true) { world in
            world.answer { $0.suspendTroubles = Array(repeating: BackendError("database", .unreachable), count: 3) }
            world.courier.take(world.alarm(action: .suspend))
            await world.until { world.seen.suspended.count == 1 }
            #expect(world.seen.mails.isEmpty && world.seen.posts.isEmpty)
            await world.pass { world.seen.mails.count == 1 && world.seen.posts.count == 1 }
            #expect(world.seen.suspended == [17, 17, 17, 17])
            #expect(world.seen.posts.first?.contains(#""action":"suspend""#) == true && world.seen.recorded.isEmpty)
            #expect(world.counted("suspension", "delivered") == 1 && world.counted("suspension", "failed") == 0)
        }
    }

    @Test func `one that cannot be had for minutes is taken back, in the records too, and told of`() async {
        await CourierWorld.with { world in
            world.answer { $0.suspendTroubles = Array(repeating: BackendError("database", .timedOut), count: 99) }
            world.courier.take(world.alarm(action: .suspend))
            await world.pass { world.seen.mails.count == 1 }
            #expect(world.seen.suspended.count == 10)
            let record = world.seen.recorded.first
            #expect(record?.action == .notify && record?.id == "0000000001")
            #expect(record?.reason.contains("the app password could not be suspended") == true)
            #expect(world.counted("suspension", "failed") == 1)
            world.clock.advance(by: .seconds(300))
            await world.clock.waitForSleepers(1)
            #expect(world.seen.suspended.count == 10 && world.seen.recorded.count == 1)
        }
    }

    @Test func `a database that refuses is not asked again`() async {
        await CourierWorld.with { world in
            world.answer { $0.suspendTroubles = Array(repeating: BackendError("database", .refused), count: 99) }
            world.courier.take(world.alarm(action: .suspend))
            await world.until { world.seen.mails.count == 1 }
            #expect(world.seen.suspended.count == 1 && world.seen.recorded.count == 1)
        }
    }

    @Test func `a suspension that waits when the service ends is taken back`() async {
        let world = CourierWorld()
        world.answer { $0.suspendTroubles = Array(repeating: BackendError("database", .unreachable), count: 99) }
        let task = Task { await world.courier.run() }
        for number in 1...3 { world.courier.take(world.alarm(number, action: .suspend)) }
        await world.until { world.seen.suspended.count == 1 }
        let finish = Task { await world.courier.finish(within: .milliseconds(1)) }
        await finish.value
        task.cancel()
        await task.value
        #expect(world.seen.recorded.map(\.id) == ["0000000001", "0000000002", "0000000003"])
        #expect(world.seen.recorded.allSatisfy { $0.action == .notify && $0.reason.contains("could not be suspended") })
        #expect(world.seen.mails.isEmpty && world.counted("mail", "delivered") == 0)
    }

    // MARK: - Telling

    @Test func `a webhook has six tries, unless it refuses`() async {
        await CourierWorld.with(hasWebhook: true) { world in
            world.answer { $0.postOutcomes = Array(repeating: .failed("no answer"), count: 5) }
            world.courier.take(world.alarm(1))
            await world.pass { world.counted("webhook", "delivered") == 1 }
            #expect(world.seen.posts.count == 6 && world.counted("webhook", "failed") == 0)

            world.answer { $0.postOutcomes = Array(repeating: .failed("no answer"), count: 6) }
            world.courier.take(world.alarm(2))
            await world.pass { world.counted("webhook", "failed") == 1 }
            #expect(world.seen.posts.count == 12)

            world.answer { $0.postOutcomes = [.refused("it answers 404")] }
            world.courier.take(world.alarm(3))
            await world.until { world.counted("webhook", "failed") == 2 }
            #expect(world.seen.posts.count == 13)
            // Said once a second at most.
            #expect(world.log.lines.contains { $0.contains("no answer") && $0.contains("in the audit trail alone") })
        }
    }

    @Test func `a user has one mail a day, and a digest of what came beyond`() async {
        await CourierWorld.with { world in
            for number in 1...3 { world.courier.take(world.alarm(number)) }
            await world.until { world.seen.mails.count == 1 }
            await world.pass(.seconds(1800)) { world.seen.mails.count == 2 }
            let text = world.seen.mails.last?.text ?? ""
            #expect(["0000000002", "0000000003"].allSatisfy { text.contains($0) } && !text.contains("0000000001"))
            #expect(world.clock.now.offset >= .seconds(86_400))
        }
    }

    @Test func `who had a mail is known to the next courier`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("courier-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("alarm-mails").path
        await CourierWorld.with(file: path) { world in
            world.courier.take(world.alarm(1))
            await world.courier.finish(within: .seconds(30))
            #expect(world.seen.mails.count == 1)
        }
        #expect(FileManager.default.fileExists(atPath: path))
        await CourierWorld.with(file: path) { world in
            world.courier.take(world.alarm(2))
            world.courier.take(world.alarm(3, user: "bob"))
            await world.courier.finish(within: .seconds(30))
            #expect(world.seen.mails.count == 1 && world.seen.mails.first?.text.contains("0000000003") == true)
            #expect(world.log.lines.isEmpty)
        }
        // One that cannot be read is said to be so, and mails go out.
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
        await CourierWorld.with(file: path) { world in
            world.courier.take(world.alarm(4))
            await world.courier.finish(within: .seconds(30))
            #expect(world.seen.mails.count == 1)
            #expect(world.log.lines.contains { $0.contains("who had a mail of alarms today is not known") })
        }
    }

    @Test func `the administrator and the user have a mail each, and one that cannot be sent is counted`() async {
        await CourierWorld.with { world in
            world.answer { $0.addresses = [MailAddress("alice@elsewhere.example")].compactMap(\.self) }
            world.courier.take(world.alarm(1))
            await world.until { world.counted("mail", "delivered") == 2 }
            #expect(
                world.seen.mails.map { $0.recipients.map(\.description) } == [
                    ["postmaster@example.org"], ["alice@elsewhere.example"],
                ])
            world.answer { $0.mailTrouble = "/usr/sbin/sendmail: status 75" }
            world.courier.take(world.alarm(2, user: "bob"))
            await world.until { world.counted("mail", "failed") == 2 }
            #expect(world.log.lines.contains { $0.contains("status 75") })
        }
    }

    @Test func `more than can wait are dropped, counted and said`() async {
        let world = CourierWorld()
        // Nobody works yet.
        for number in 0..<(AlarmCourier.bound + 44) { world.courier.take(world.alarm(number)) }
        #expect(world.counted("mail", "dropped") == 44)
        for number in 0..<(AlarmCourier.bound + 3) { world.courier.take(world.alarm(number, action: .suspend)) }
        #expect(world.counted("suspension", "dropped") == 3)
        #expect(world.seen.recorded.count == 3, "they are not suspended, and that is written down")
        #expect(world.log.lines.contains { $0.contains("too many wait") })
    }

    @Test func `what is due when the service ends is done first, and no mail is sent late`() async {
        await CourierWorld.with { world in
            for number in 1...3 { world.courier.take(world.alarm(number, user: "user\(number)")) }
            await world.courier.finish(within: .seconds(30))
            #expect(world.seen.mails.count == 3)
        }
        let slow = CourierWorld()
        slow.answer { $0.hangsMails = true }
        let task = Task { await slow.courier.run() }
        for number in 1...3 { slow.courier.take(slow.alarm(number, user: "user\(number)")) }
        await slow.until { slow.seen.mails.count == 1 }
        await slow.courier.finish(within: .milliseconds(1))
        task.cancel()
        await task.value
        #expect(slow.seen.mails.count == 1 && slow.counted("mail", "dropped") == 2)
    }
}

/// What a courier works with.
private final class CourierWorld: Sendable {
    /// What it is told.
    struct Answers {
        /// Of the next suspensions; then they are done.
        var suspendTroubles: [BackendError] = []
        /// Of the next posts; then they are taken.
        var postOutcomes: [Webhook.Outcome] = []
        var mailTrouble: String?
        /// Whether a mail takes until the courier's end.
        var hangsMails = false
        var addresses: [MailAddress] = []
    }

    /// What it did.
    struct Seen {
        var suspended: [Int64] = []
        var posts: [String] = []
        var mails: [MailMessage] = []
        var recorded: [AlarmRecord] = []
    }

    let clock = HandClock()
    let log = RecordedLog(isDetailed: false)
    let courier: AlarmCourier
    private let registry = PrometheusRegistry()
    private let answers = Kept(Answers())
    private let noted = Kept(Seen())
    private static let start = Timestamp(milliseconds: 1_800_000_000_000)

    /// - Parameter file: In which it outlives a courier who had a mail.
    init(hasWebhook: Bool = false, file: String? = nil) {
        var settings = Settings.Alarms()
        settings.mailTo = [MailAddress("postmaster@example.org")].compactMap(\.self)
        settings.webhook = hasWebhook ? Secret("http://192.0.2.1/hook") : nil
        settings.notifyAttribute = "notify"
        let (answers, noted, clock) = (answers, noted, clock)
        var tools = AlarmCourier.Tools()
        tools.time = MonotonicTime(clock)
        tools.now = { Self.start.advanced(by: clock.now.offset) }
        tools.post = { json, _ in
            noted.change { $0.posts.append(json) }
            return answers.change { $0.postOutcomes.isEmpty ? .delivered : $0.postOutcomes.removeFirst() }
        }
        tools.mail = { message, _ in
            noted.change { $0.mails.append(message) }
            if answers.value.hangsMails { while (try? await Task.sleep(for: .seconds(60))) != nil {} }
            return answers.value.mailTrouble
        }
        courier = AlarmCourier(metrics: AlarmMetrics(registry), logger: log.logger, file: file, tools: tools) { alarm in
            noted.change { $0.recorded.append(alarm) }
        }
        let means = AlarmMeans(
            settings: settings,
            suspend: { id async throws(BackendError) in
                noted.change { $0.suspended.append(id) }
                let trouble: BackendError? = answers.change {
                    $0.suspendTroubles.isEmpty ? nil : $0.suspendTroubles.removeFirst()
                }
                if let trouble { throw trouble }
                return true
            }, comment: { _ in "the scanner" }, addresses: { _ in answers.value.addresses })
        courier.follow { means }
    }

    /// Has it work meanwhile.
    static func with(
        hasWebhook: Bool = false, file: String? = nil, _ body: (CourierWorld) async -> Void
    ) async {
        let world = CourierWorld(hasWebhook: hasWebhook, file: file)
        let task = Task { await world.courier.run() }
        await body(world)
        task.cancel()
        await task.value
    }

    var seen: Seen { noted.value }
    func answer(_ body: (inout Answers) -> Void) { answers.change(body) }

    /// `webauth_alarm_messages_total` of a channel and an outcome.
    func counted(_ channel: String, _ outcome: String) -> Int {
        let labels = #"{channel="\#(channel)",outcome="\#(outcome)"}"#
        let line = registry.text().split(separator: "\n").first { $0.contains(labels) }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    func alarm(_ number: Int = 1, user: String = "alice", action: AlarmAction = .notify) -> AlarmRecord {
        let id = String(repeating: "0", count: 10 - "\(number)".count) + "\(number)"
        return AlarmRecord(
            .passwordInTwoPlaces, id: id, user: user, passwordID: 17, service: "imap", isAllowed: true,
            place: AlarmRecord.Place(time: Self.start, address: IPAddress("192.0.2.1")), before: nil,
            reason: "far away",
            action: action)
    }

    /// Lets time go by in steps, until it is so; after too many the test has failed.
    func pass(
        _ step: Duration = .seconds(1), sourceLocation: SourceLocation = #_sourceLocation, until isSo: () -> Bool
    ) async {
        for _ in 0..<5000 {
            // Whoever tries something gets there before the clock moves on, mostly.
            for _ in 0..<50 {
                if isSo() { return }
                await Task.yield()
            }
            clock.advance(by: step)
        }
        Issue.record("it was not so after 5000 steps", sourceLocation: sourceLocation)
    }

    /// Waits until it is so; after 30 s of the system's clock the test has failed.
    func until(sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () -> Bool) async {
        await waitUntil(isSo, sourceLocation: sourceLocation)
    }
}
