package import AuditCore

/// What a plan leaves to the next process: who had a mail today, and how many went out. What waits for a digest is in the
/// audit trail.
extension MailPlan {
    private static let title = "web-auth alarm mails 1"

    /// Lines of ASCII that ``init(reading:now:)`` takes; users stand in it by digests of their names.
    package var text: [UInt8] {
        var writer = MemoryWriter()
        for (name, last) in lastMails.sorted(by: { $0.key < $1.key }) {
            writer.line("M", [.digest(name), .time(last)])
        }
        for time in sent { writer.line("T", [.time(time)]) }
        return writer.finish(title: Self.title)
    }

    /// Goes on from what ``text`` wrote; times that lie ahead count as now.
    ///
    /// - Throws: ``AlarmMemoryError`` for anything that ``text`` does not write.
    package init(reading bytes: [UInt8], now: Timestamp) throws(AlarmMemoryError) {
        self.init()
        var number = 1
        for bytes in try MemoryFrame.lines(of: bytes, title: Self.title) {
            number += 1
            var line = MemoryLine(bytes)
            do throws(MemoryFault) {
                switch line.name {
                case UInt8(ascii: "M"):
                    let name = try line.digest()
                    try had(name, at: try line.someTime(now))
                case UInt8(ascii: "T"):
                    guard sent.count < Self.mostMails else { throw MemoryFault() }
                    sent.append(try line.someTime(now))
                default: throw MemoryFault()
                }
                guard line.isAtEnd else { throw MemoryFault() }
            } catch {
                throw AlarmMemoryError("line \(number) cannot be read")
            }
        }
    }
}
