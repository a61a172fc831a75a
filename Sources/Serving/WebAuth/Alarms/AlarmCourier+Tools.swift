import Alarms
import AuditCore
import Locks
import Webhooks

extension AlarmCourier {
    /// What a courier works with: clocks, and the ways out of this machine.
    struct Tools: Sendable {
        /// For pauses.
        var time = MonotonicTime(ContinuousClock())
        /// By which mails are planned.
        var now: @Sendable () -> Timestamp = { .now }
        /// Posts JSON to a URL.
        var post: @Sendable (_ json: String, _ url: String) async -> Webhook.Outcome
        /// Hands a mail to a program; returns why it could not be sent, nil if it was.
        var mail: @Sendable (_ message: MailMessage, _ program: String) async -> String?

        /// What one try to post, and one mail, may take.
        private static let patience = Duration.seconds(10)

        /// The real ones.
        init() {
            let webhook = Webhook()
            post = { await webhook.post($0, to: $1, within: Self.patience) }
            mail = { message, program in
                let sent = await ExternalCommand.run(
                    program, ["-t", "-i"], input: String(decoding: message.bytes, as: UTF8.self), within: Self.patience)
                guard let sent else { return "\(program) cannot be run" }
                if sent.status == 0 { return nil }
                let status = sent.status.map { "status \($0)" } ?? "killed, or longer than \(Self.patience)"
                return "\(program): \(status) \(sent.errors.prefix(300).description.visible(limit: 300))"
            }
        }

        /// Waits for so long; throws as soon as the task is cancelled.
        func pause(_ duration: Duration) async throws {
            try Task.checkCancellation()
            if duration > .zero { try await time.sleep(until: time.now() + duration) }
        }
    }
}
