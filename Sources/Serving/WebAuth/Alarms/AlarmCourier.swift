import Alarms
import AppPasswordCore
import AuditCore
import Locks
import Logging
import Settings
import Webhooks

/// Does what alarms ask for: suspends app passwords, posts to a webhook, writes mails; each at its own pace, all with deadlines.
/// Writes mails of ends that are near as well.
///
/// Up to ``bound`` alarms wait for each; what is beyond that is in the audit trail alone, counted, and the log says so.
final class AlarmCourier: Sendable {
    /// What waits for the mails' turn.
    private enum Letter: Sendable {
        case alarm(AlarmRecord)
        case ending(PasswordEnding)
        case look
    }

    /// How many alarms wait.
    static let bound = 256
    /// Pauses before each try; a post is tried six times, within a minute and a half, a suspension ten times.
    private static let postPauses: [Int] = [0, 1, 3, 10, 20, 40]
    private static let suspendPauses: [Int] = [0, 1, 2, 4, 8, 15, 30, 60, 60, 60]
    /// How often it is looked whether a digest is due.
    private static let lookPause = Duration.seconds(30)

    private let suspensions: (stream: AsyncStream<AlarmRecord>, continuation: AsyncStream<AlarmRecord>.Continuation)
    private let posts: (stream: AsyncStream<AlarmRecord>, continuation: AsyncStream<AlarmRecord>.Continuation)
    private let letters: (stream: AsyncStream<Letter>, continuation: AsyncStream<Letter>.Continuation)
    private let source = Mutex<(@Sendable () -> AlarmMeans)?>(nil)
    private let metrics: AlarmMetrics
    private let logger: Logger
    private let troubles: Troubles
    private let ended = Latch()
    private let tools: Tools
    private let file: StateFile?
    private let record: @Sendable (AlarmRecord) -> Void

    /// Does nothing before it knows what is in force.
    ///
    /// - Parameters:
    ///   - path: Of a file in which it outlives the process who had a mail today; nil: that is forgotten.
    ///   - record: Writes an alarm down once more whose password could not be suspended.
    init(
        metrics: AlarmMetrics, logger: Logger, file path: String? = nil, tools: Tools = Tools(),
        record: @escaping @Sendable (AlarmRecord) -> Void
    ) {
        file = path.map { StateFile(path: $0) }
        (self.metrics, self.logger, self.tools, self.record) = (metrics, logger, tools, record)
        troubles = Troubles(logger)
        suspensions = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.bound))
        posts = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.bound))
        letters = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.bound))
    }

    /// Follows what is in force, which it asks for once or more an alarm.
    func follow(_ means: @escaping @Sendable () -> AlarmMeans) { source.withLock { $0 = means } }

    private var means: AlarmMeans? { source.withLock { $0 }?() }

    /// Takes an alarm; never waits.
    func take(_ alarm: AlarmRecord) {
        metrics.count(alarm.kind)
        guard alarm.action == .suspend else { return tell(alarm) }
        if case .enqueued = suspensions.continuation.yield(alarm) { return }
        lost(.suspension)
        unsuspended(alarm, "too many wait")
    }

    /// Takes an end that is near; never waits.
    func take(_ ending: PasswordEnding) {
        guard let settings = means?.settings, !settings.mailTo.isEmpty || settings.notifyAttribute != nil else {
            return
        }
        if case .enqueued = letters.continuation.yield(.ending(ending)) { return }
        lost(.mail)
    }

    /// Works until ``finish(within:)`` was called and everything is done, or its task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for await alarm in suspensions.stream { await suspend(alarm) }
                // Suspensions are told of when they are done.
                posts.continuation.finish()
                letters.continuation.finish()
            }
            group.addTask { [self] in for await alarm in posts.stream { await post(alarm) } }
            group.addTask { [self] in
                var plan = savedPlan
                for await letter in letters.stream {
                    // Whoever is cancelled still gets what waits.
                    if Task.isCancelled {
                        if case .look = letter { continue }
                        lost(.mail, "the service is ending")
                        continue
                    }
                    let mails: [MailPlan.Mail] =
                        switch letter {
                        case .alarm(let alarm): plan.take(alarm, at: tools.now())
                        case .ending(let ending): plan.take(ending, at: tools.now())
                        case .look: plan.due(at: tools.now())
                        }
                    // Before they go out: rather one mail less than one more.
                    if !mails.isEmpty { save(plan) }
                    for mail in mails {
                        if Task.isCancelled { lost(.mail, "the service is ending") } else { await send(mail) }
                    }
                }
            }
            group.addTask { [self] in
                while (try? await tools.pause(Self.lookPause)) != nil { letters.continuation.yield(.look) }
            }
            for _ in 0..<3 { await group.next() }
            group.cancelAll()
        }
        ended.open()
    }

    /// Takes no more alarms, and waits until what is due is done, but no longer than the limit.
    func finish(within limit: Duration) async {
        suspensions.continuation.finish()
        await ended.wait(atMost: limit)
    }

    private func tell(_ alarm: AlarmRecord) {
        guard let settings = means?.settings else { return }
        if settings.webhook != nil {
            if case .enqueued = posts.continuation.yield(alarm) {} else { lost(.webhook) }
        }
        if !settings.mailTo.isEmpty || settings.notifyAttribute != nil {
            if case .enqueued = letters.continuation.yield(.alarm(alarm)) {} else { lost(.mail) }
        }
    }

    private func lost(_ channel: AlarmMetrics.Channel, _ reason: String = "too many wait") {
        metrics.count(channel, .dropped)
        troubles.note("an alarm is in the audit trail alone: \(reason)", ["channel": "\(channel)"])
    }

    /// What an earlier process left of its plan.
    private var savedPlan: MailPlan {
        let saved = file?.read(atMost: AlarmMemory.mostBytes) { reason in
            troubles.note("who had a mail of alarms today is not known", ["reason": "\(reason)"])
        } _: { bytes throws(AlarmMemoryError) in
            try MailPlan(reading: bytes, now: tools.now())
        }
        return saved ?? MailPlan()
    }

    private func save(_ plan: MailPlan) {
        guard let reason = file?.write(plan.text, isForced: false) else { return }
        troubles.note("who had a mail of alarms today is forgotten at a restart", ["reason": "\(reason)"])
    }

    // MARK: - Suspending

    private func suspend(_ alarm: AlarmRecord) async {
        guard let id = alarm.passwordID else { return tell(alarm) }
        var reason = "the service is ending"
        tries: for pause in Self.suspendPauses {
            do {
                try await tools.pause(.seconds(pause))
            } catch {
                break
            }
            // A reload may have brought another database.
            guard let means else { continue }
            do throws(BackendError) {
                let isNew = try await means.suspend(id)
                metrics.count(.suspension, .delivered)
                logger.notice(
                    isNew ? "an app password is suspended" : "an app password was suspended already, or is gone",
                    metadata: ["app_password.id": "\(id)", "alarm.id": "\(alarm.id)"])
                return tell(alarm)
            } catch {
                reason = error.debugDescription
                if error.code == .refused { break tries }
            }
        }
        metrics.count(.suspension, .failed)
        logger.error(
            "an app password could not be suspended",
            metadata: ["app_password.id": "\(id)", "alarm.id": "\(alarm.id)", "reason": "\(reason)"])
        unsuspended(alarm, "the database cannot be asked, or refuses")
    }

    /// Takes back, in the audit trail as well, that a password is suspended, and tells of the alarm.
    private func unsuspended(_ alarm: AlarmRecord, _ reason: String) {
        record(alarm.unsuspended(reason))
        tell(alarm.unsuspended(reason))
    }

    // MARK: - Posting

    private func post(_ alarm: AlarmRecord) async {
        var trouble = "the service is ending"
        for pause in Self.postPauses {
            guard (try? await tools.pause(.seconds(pause))) != nil, let url = means?.settings.webhook else { break }
            switch await tools.post(AuditEntry.alarm(alarm).jsonLine, url.revealed) {
            case .delivered: return metrics.count(.webhook, .delivered)
            case .refused(let reason):
                trouble = reason
                return failed(.webhook, trouble)
            case .failed(let reason): trouble = reason
            }
        }
        failed(.webhook, trouble)
    }

    private func failed(_ channel: AlarmMetrics.Channel, _ reason: String) {
        metrics.count(channel, .failed)
        troubles.note(
            "an alarm could not be told, and is in the audit trail alone",
            ["channel": "\(channel)", "reason": "\(reason)"])
    }

    // MARK: - Writing

    private func send(_ mail: MailPlan.Mail) async {
        guard let means else { return }
        let settings = means.settings
        var messages: [MailMessage] = []
        func add(_ recipients: [MailAddress], _ subject: String, _ text: String) {
            guard !recipients.isEmpty else { return }
            messages.append(
                MailMessage(to: recipients, from: settings.mailFrom, subject: "[mail logins] " + subject, text: text))
        }
        switch mail {
        case .alarm(let alarm):
            var comment: String?
            if let id = alarm.passwordID { comment = await means.comment(id) }
            let words = AlarmWords(alarm, comment: comment)
            add(settings.mailTo, words.subject, words.text(for: .administrator))
            add(await means.addresses(alarm.user), words.subject, words.text(for: .user))
        case .ending(let ending):
            add(settings.mailTo, EndingWords(ending).subject, EndingWords(ending).text(for: .administrator))
            add(await means.addresses(ending.user), EndingWords(ending).subject, EndingWords(ending).text(for: .user))
        case .digest(let user, let alarms, let more):
            let (subject, text) = AlarmWords.digest(user, alarms, more: more, for: .administrator)
            add(settings.mailTo, subject, text)
            add(
                await means.addresses(user), subject, AlarmWords.digest(user, alarms, more: more, for: .user).text)
        case .stormBegins(let mails, let until):
            let (subject, text) = AlarmWords.stormBegins(mails: mails, until: until)
            add(settings.mailTo, subject, text)
        case .stormEnds(let since, let counts, let users):
            let (subject, text) = AlarmWords.stormEnds(since: since, counts: counts, users: users)
            add(settings.mailTo, subject, text)
        }
        for message in messages {
            if let trouble = await tools.mail(message, settings.sendmail) {
                failed(.mail, trouble)
            } else {
                metrics.count(.mail, .delivered)
            }
        }
    }
}

extension AlarmRecord {
    /// The same, but that nothing is suspended.
    fileprivate func unsuspended(_ reason: String) -> AlarmRecord {
        var alarm = self
        alarm.action = .notify
        alarm.reason += "; the app password could not be suspended: \(reason)"
        return alarm
    }
}
