internal import AuditCore
internal import StrictJSON

/// What a value of a lookup cache says, and when that was fetched: `{"v":1,"fetched":1763918141123,…}`.
///
/// Values may come from anybody. One of another version or of a broken form counts as none.
struct StoredAnswer<Value: Sendable>: Sendable {
    /// When an upstream said so.
    var fetched: Timestamp
    /// What it said.
    var value: Value

    /// How old it is.
    func age(at now: Timestamp) -> Duration { .milliseconds(max(0, now.milliseconds - fetched.milliseconds)) }
}

/// Reads and writes the values of a lookup cache.
enum StoredForm {
    /// No value of ours is longer, in bytes; longer ones are neither written nor read. A network with thousands of entities
    /// takes as much as that.
    static let longest = 512 << 10

    /// What a network is kept as; nil if it is too long to be kept.
    static func bytes(_ network: NetworkFacts, fetched: Timestamp) -> [UInt8]? {
        form(fetched) { form in
            form.object("network") { object in
                object.text("name", network.name)
                object.text("country", network.country)
                object.text("cidr", network.cidr)
                object.text("handle", network.handle)
                object.array("entities", network.entities)
            }
        }
    }

    /// What an origin is kept as.
    static func bytes(_ origin: OriginFacts, fetched: Timestamp) -> [UInt8]? {
        form(fetched) { form in
            form.object("origin") { object in
                object.member("as", .array(origin.asNumbers.map { .integer(Int($0)) }))
                object.text("prefix", origin.prefix)
                object.text("country", origin.country)
                object.text("name", origin.asName)
                if let trouble = origin.asNameTrouble { object.member("trouble", .string(trouble.code.name)) }
            }
        }
    }

    /// What a failure is kept as.
    static func bytes(_ failure: Negative, fetched: Timestamp) -> [UInt8]? {
        form(fetched) { $0.member("negative", failure.rawValue) }
    }

    /// What an AS name is kept as.
    static func bytes(asName: String, fetched: Timestamp) -> [UInt8]? { form(fetched) { $0.member("name", asName) } }

    /// A network.
    static func network(_ bytes: [UInt8], now: Timestamp) -> StoredAnswer<NetworkFacts>? {
        guard let (form, fetched) = read(bytes, now: now), let object = form["network"], object.isObject,
            let name = object.text("name"), let country = object.text("country"), let cidr = object.text("cidr"),
            let handle = object.text("handle"), case .array(let entities)? = object["entities"]
        else { return nil }
        let handles = entities.compactMap(\.string)
        guard handles.count == entities.count else { return nil }
        return StoredAnswer(
            fetched: fetched,
            value: NetworkFacts(
                name: name.value, country: country.value, cidr: cidr.value, handle: handle.value, entities: handles))
    }

    /// An origin.
    static func origin(_ bytes: [UInt8], now: Timestamp) -> StoredAnswer<OriginFacts>? {
        guard let (form, fetched) = read(bytes, now: now), let object = form["origin"], object.isObject,
            case .array(let members)? = object["as"], let prefix = object.text("prefix"),
            let country = object.text("country"), let name = object.text("name"),
            let trouble = object.text("trouble")
        else { return nil }
        let numbers = members.compactMap { $0.integer.flatMap(UInt32.init(exactly:)) }
        guard numbers.count == members.count else { return nil }
        return StoredAnswer(
            fetched: fetched,
            value: OriginFacts(
                asNumbers: numbers, prefix: prefix.value, country: country.value, asName: name.value,
                asNameTrouble: trouble.value.map { LookupError(LookupError.Code(name: $0), detail: "a moment ago") }))
    }

    /// A failure.
    static func negative(_ bytes: [UInt8], now: Timestamp) -> StoredAnswer<Negative>? {
        guard let (form, fetched) = read(bytes, now: now),
            let negative = form["negative"]?.string.flatMap(Negative.init(rawValue:))
        else { return nil }
        return StoredAnswer(fetched: fetched, value: negative)
    }

    /// An AS name.
    static func asName(_ bytes: [UInt8], now: Timestamp) -> String? { read(bytes, now: now)?.form["name"]?.string }

    /// Writes a value with the time of its answer; nil if it is too long to be kept.
    static func form(_ fetched: Timestamp, _ write: (inout JSONText.Object) -> Void) -> [UInt8]? {
        let text = JSONText { form in
            form.member("v", 1)
            form.member("fetched", Int(fetched.milliseconds))
            write(&form)
        }
        return text.bytes.count <= longest ? text.bytes : nil
    }

    /// Reads a value of ours and the time of its answer; nil if it is none.
    static func read(_ bytes: [UInt8], now: Timestamp) -> (form: JSONValue, fetched: Timestamp)? {
        guard bytes.count <= longest, let form = try? JSONValue(parsing: bytes, maxDepth: 4),
            form["v"]?.integer == 1, let fetched = form["fetched"]?.integer, fetched >= 0
        else { return nil }
        let moment = Timestamp(milliseconds: Int64(fetched))
        // What was fetched an hour from now comes from a clock that is wrong.
        return moment <= now.advanced(by: .seconds(3600)) ? (form, moment) : nil
    }
}

extension JSONText.Object {
    fileprivate mutating func text(_ name: String, _ value: String?) {
        member(name, value.map { .string($0) } ?? .null)
    }
}

extension JSONValue {
    fileprivate struct Text {
        var value: String?
    }

    fileprivate var isObject: Bool { if case .object = self { true } else { false } }

    /// A member that is a text, null or not there; nil if it is anything else.
    fileprivate func text(_ name: String) -> Text? {
        switch self[name] {
        case .string(let value)?: Text(value: value)
        case .null?, nil: Text(value: nil)
        default: nil
        }
    }
}
