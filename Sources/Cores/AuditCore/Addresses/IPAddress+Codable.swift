extension IPAddress: Codable {
    /// Reads the text form; anything else is a `dataCorrupted` error.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let address = IPAddress(text) else { throw DecodingError.notNetwork(decoder, "an address") }
        self = address
    }

    /// Writes the canonical text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension IPPrefix: Codable {
    /// Reads the text form; anything else is a `dataCorrupted` error.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let prefix = IPPrefix(text) else { throw DecodingError.notNetwork(decoder, "a network") }
        self = prefix
    }

    /// Writes the canonical text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension DecodingError {
    fileprivate static func notNetwork(_ decoder: any Decoder, _ what: String) -> DecodingError {
        .dataCorrupted(Context(codingPath: decoder.codingPath, debugDescription: "not the text of \(what)"))
    }
}
