package import AuditCore
import StrictJSON

/// Reads what an RDAP server says of the network that holds an address (RFC 9083 section 5.4).
///
/// Every member may be missing, `null` or of a wrong type: it is then unknown. The answer is refused only if it is no
/// JSON object, if it is about something else, if its range does not hold the address, or if it tells nothing at all.
/// Vcards are not looked at.
package enum RDAPParser {
    /// How many bytes an answer may have; real ones have some tens of thousands.
    package static let maxBytes = 1 << 20
    /// How many arrays and objects may lie in one another; a vcard inside two entities makes about twelve.
    static let maxDepth = 64

    /// Parses the body of an answer, whatever its HTTP code and content type.
    ///
    /// A byte order mark is skipped, and a body that is not UTF-8 is read as Latin-1.
    ///
    /// - Parameters:
    ///   - address: What was asked about.
    ///   - registry: Who was asked; the answer's own `port43` counts more, since it may have been redirected.
    /// - Returns: nil if there is no such object (`errorCode` 404).
    ///   Errors: `.rateLimited` for `errorCode` 429 and 503 and for a notice titled `Rate Limit Notice`, `.malformed` for
    ///   other ones of 400 to 499, which dislike the question, `.unreachable` for all other error objects,
    ///   `.registeredElsewhere` for placeholders, `.malformed`.
    /// - Complexity: Linear, up to ``maxBytes``.
    package static func parse(
        _ body: [UInt8], for address: IPAddress, from registry: Registry? = nil
    ) -> Result<NetworkAnswer?, LookupError> {
        read(body, for: address, from: registry).result
    }

    /// Parses the body of an answer as ``parse(_:for:from:)`` does, and finds whom it sends us to.
    package static func read(
        _ body: [UInt8], for address: IPAddress, from registry: Registry? = nil
    ) -> NetworkReading {
        do throws(LookupError) {
            let object = try object(body)
            if let code = errorCode(object) {
                if code == 404 { return NetworkReading(.success(nil)) }
                throw LookupError(errorKind(code), detail: "RDAP error \(code)")
            }
            guard !isRateLimited(object) else { throw LookupError(.rateLimited, detail: "RDAP notice") }
            return try network(object, holding: address, from: registry)
        } catch {
            return NetworkReading(.failure(error))
        }
    }

    /// What the code of an HTTP answer or an error object says, but for 404.
    static func errorKind(_ code: Int) -> LookupError.Code {
        switch code {
        case 429, 503: .rateLimited
        case 401, 403, 408: .unreachable
        case 400..<500: .malformed
        default: .unreachable
        }
    }

    private static func object(_ body: [UInt8]) throws(LookupError) -> JSONValue {
        guard body.count <= maxBytes else { throw LookupError(.malformed, detail: "more than \(maxBytes) bytes") }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = body.starts(with: mark) ? Array(body.dropFirst(mark.count)) : body
        let isUTF8 = String(validating: text, as: UTF8.self) != nil
        do {
            let value = try JSONValue(
                parsingForeign: isUTF8 ? text : Array(ForeignText.decode(text).utf8), maxDepth: maxDepth)
            if case .object = value { return value }
        } catch {
            throw LookupError(.malformed, detail: "JSON: \(error)")
        }
        throw LookupError(.malformed, detail: "no JSON object")
    }

    /// The code of an error object (RFC 9083 section 6).
    private static func errorCode(_ object: JSONValue) -> Int? {
        guard let code = object["errorCode"] else { return nil }
        return code.integer ?? code.string.flatMap { Int($0) }
    }

    private static func isRateLimited(_ object: JSONValue) -> Bool {
        elements(object["notices"]).contains { notice in
            notice["title"]?.string.map { ForeignText.trim($0).lowercased() == "rate limit notice" } ?? false
        }
    }

    /// The elements of an array; what stands there in place of an array counts as its only element.
    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        switch value {
        case .array(let elements): elements
        case .object: value.map { [$0] } ?? []
        default: []
        }
    }

    private static func network(
        _ object: JSONValue, holding address: IPAddress, from registry: Registry?
    ) throws(LookupError) -> NetworkReading {
        func text(_ name: String) -> String? { object[name]?.string.flatMap { ForeignText.value($0) } }

        guard isNetwork(object) else { throw LookupError(.malformed, detail: "no IP network") }
        let (range, blocks) = addresses(object)
        guard blocks.isEmpty || blocks.contains(where: { $0.contains(address) }) else {
            throw LookupError(.malformed, detail: "the network does not hold \(address)")
        }
        var entities = EntityHandles()
        for entity in elements(object["entities"]) { entity["handle"]?.string.map { entities.add($0) } }
        let facts = NetworkFacts(
            name: text("name"), country: object["country"]?.string.flatMap { ForeignText.networkCountry($0) },
            cidr: blocks.isEmpty ? nil : blocks.map(\.description).joined(separator: ", "), handle: text("handle"),
            entities: entities.list)
        let kind = RegistrationKind(
            name: facts.name, type: text("type"), country: object["country"]?.string,
            extent: range.map { NetworkExtent($0) } ?? NetworkExtent(blocks, holding: address), words: remarks(object))
        let answering = text("port43").flatMap(Registry.init(host:)) ?? registry
        let referral = Referral.registry(of: related(object), besides: answering)
        guard !kind.isPlaceholder, referral == nil || !facts.isEmpty else {
            return NetworkReading(
                .failure(LookupError(.registeredElsewhere, detail: facts.name?.visible() ?? "")),
                referral: referral ?? kind.referral(for: address, besides: answering))
        }
        guard !facts.isEmpty || facts.cidr != nil || facts.handle != nil else {
            throw LookupError(.malformed, detail: "a network of which nothing is told")
        }
        let found = NetworkAnswer(
            facts: facts, blocks: blocks, isLeaf: kind.isLeaf, registry: answering, startAddress: range?.first,
            endAddress: range?.last, type: kind.type)
        return NetworkReading(.success(found), referral: referral)
    }

    /// Where the object's links to the same network at another server lead (RFC 9083 section 4.2).
    private static func related(_ object: JSONValue) -> [String] {
        elements(object["links"]).filter { $0["rel"]?.string.map { ForeignText.trim($0).lowercased() } == "related" }
            .compactMap { $0["href"]?.string }
    }

    /// What the object's remarks say.
    private static func remarks(_ object: JSONValue) -> [String] {
        elements(object["remarks"]).flatMap { remark -> [String] in
            let lines: [JSONValue]
            switch remark["description"] {
            case .array(let values)?: lines = values
            case let value?: lines = [value]
            case nil: lines = []
            }
            return ([remark["title"]] + lines).compactMap { $0?.string }
        }
    }

    /// Whether the object says that it is a network, or has a member that only networks have.
    private static func isNetwork(_ object: JSONValue) -> Bool {
        if let name = object["objectClassName"]?.string { return ForeignText.trim(name).lowercased() == "ip network" }
        return ["startAddress", "endAddress", "ipVersion", "cidr0_cidrs"].contains { object[$0]?.isNull == false }
    }

    /// The range and its blocks; the blocks of the `cidr0` extension where there is no usable range.
    private static func addresses(_ object: JSONValue) -> (range: AddressRange?, blocks: [IPPrefix]) {
        func address(_ name: String) -> IPAddress? { object[name]?.string.flatMap { IPAddress(registryText: $0) } }
        if let first = address("startAddress"), let last = address("endAddress"), let range = AddressRange(first, last)
        {
            return (range, range.blocks)
        }
        return (nil, elements(object["cidr0_cidrs"]).prefix(maxBlocks).compactMap(block))
    }

    /// How many blocks of the `cidr0` extension are looked at.
    private static let maxBlocks = 256

    /// `{"v4prefix": "192.0.2.0", "length": 24}`; the length may be a text, or written with a fraction of nothing.
    private static func block(_ cidr: JSONValue) -> IPPrefix? {
        let prefixes = [cidr["v4prefix"], cidr["v6prefix"]].compactMap { $0?.string.flatMap { ForeignText.value($0) } }
        guard let prefix = prefixes.first else { return nil }
        let length: String?
        switch cidr["length"] {
        case .integer(let number)?: length = "\(number)"
        case .number(let number)?: length = Int(exactly: number).map { "\($0)" }
        case .string(let text)?: length = ForeignText.value(text)
        default: length = nil
        }
        return length.flatMap { IPPrefix(registryText: "\(prefix)/\($0)") }
    }
}
