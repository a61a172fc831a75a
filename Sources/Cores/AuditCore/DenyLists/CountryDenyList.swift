/// A list of country codes.
protocol CountryDenyList: DenyList where Index == LiteralIndex<CountryCode> {}

extension CountryDenyList {
    static var syntax: ListSyntax {
        ListSyntax(memberNames: [
            "country_code", "country code", "country_iso_code", "countrycode", "iso_code", "alpha-2", "alpha2", "cc",
        ])
    }

    /// The denial for a country, if it is listed.
    func denial(country code: String?, at time: Timestamp) -> Denial? {
        guard let code = code.flatMap({ CountryCode($0.utf8) }), let line = entries.index.line(of: code, at: time)
        else {
            return nil
        }
        return denial(of: CountryNames.name(of: code.text), line: line)
    }
}

extension DenyListReader {
    /// Reads a list of country codes.
    mutating func countries() -> IndexedEntries<LiteralIndex<CountryCode>> {
        var doubtful: [(line: Int, note: String)] = []
        let list = literals("is no country code (two letters)") { line -> CountryCode? in
            guard let code = CountryCode(line.entry) else { return nil }
            if let note = ListAdvice.country(code) { doubtful.append((line.number, note)) }
            return code
        } isRest: { rest in
            // "RU BY CN" would be Russia alone.
            var tokens = LineTokens(rest)
            var codes = 0
            while let token = tokens.next() {
                guard CountryCode(token.bytes) != nil, token.bytes.allSatisfy({ $0 & 0x20 == 0 }) else { return false }
                codes += 1
            }
            return codes > 0 && codes < 10
        }
        for (line, text) in doubtful { note(line: line, text) }
        return list
    }
}
