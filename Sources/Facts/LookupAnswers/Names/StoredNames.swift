internal import AuditCore
internal import DNSResolver
internal import StrictJSON

/// Names that are kept, or that there are none, and for how long that holds from when it was said.
struct StoredNames: Sendable, Equatable {
    var names: PTRNames?
    var lifetime: Duration

    /// Shorter times are rounded up: the connections of one client come within seconds.
    static let shortest = Duration.seconds(10)
    /// Nothing is kept longer: what is said to hold for years may be a slip.
    static let longest = Duration.seconds(7 * 86_400)
    /// That there is no name is kept no longer than this (RFC 2308 section 5 advises one to three hours at most).
    static let longestAbsence = Duration.seconds(3600)

    var fact: Fact<PTRNames> { names.map { .known($0) } ?? .absent }
}

extension StoredNames {
    /// What is kept of an answer; nil if that is nothing, as of trouble.
    ///
    /// - Parameter longest: For how long at most.
    init?(_ answer: NameAnswer, atMost longest: Duration) {
        let names: PTRNames?
        switch answer.fact {
        case .known(let known): names = known
        case .absent: names = nil
        case .unavailable: return nil
        }
        let bound = min(longest, Self.longest, names == nil ? Self.longestAbsence : Self.longest)
        let seconds = min(max(answer.lifetime, Self.shortest), bound).components.seconds
        guard seconds > 0 else { return nil }
        self.init(names: names, lifetime: .seconds(seconds))
    }
}

extension StoredForm {
    /// No value of names is longer, in bytes: 16 names of 100 characters take less. What a client's own zone says is asked for
    /// at no pace of ours, so that how much of it is kept must not be his to say.
    static let longestNames = 2048

    /// What names are kept as: `{"v":1,"fetched":…,"ttl":3600,"names":["a.example.net"]}`; nil if they are too long to be kept.
    static func bytes(_ names: StoredNames, fetched: Timestamp) -> [UInt8]? {
        let bytes = form(fetched) { form in
            form.member("ttl", Int(names.lifetime.components.seconds))
            form.array("names", names.names?.all ?? [])
        }
        return bytes.flatMap { $0.count <= longestNames ? $0 : nil }
    }

    /// Names.
    static func names(_ bytes: [UInt8], now: Timestamp) -> StoredAnswer<StoredNames>? {
        guard bytes.count <= longestNames, let (form, fetched) = read(bytes, now: now),
            let lifetime = form["ttl"]?.integer,
            (1...StoredNames.longest.components.seconds).contains(Int64(lifetime)),
            case .array(let members)? = form["names"], members.count <= PTRNames.most
        else { return nil }
        let texts = members.compactMap(\.string)
        guard texts.count == members.count, texts.allSatisfy(isName) else { return nil }
        let names = StoredNames(names: PTRNames(texts), lifetime: .seconds(lifetime))
        return StoredAnswer(fetched: fetched, value: names)
    }

    /// Whether a text can be a name as a resolver writes it: visible ASCII. Values may come from anybody.
    private static func isName(_ text: String) -> Bool {
        (1...1024).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
