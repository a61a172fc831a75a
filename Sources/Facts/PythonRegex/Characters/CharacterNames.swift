/// Finds characters by name, for `\N{…}`, as Python's `unicodedata.lookup` does.
enum CharacterNames {
    /// The scalar with this name, in any case, or with this alias; nil if Python 3.12 knows none.
    ///
    /// - Complexity: The first name asked for costs a pass over all names, some ten milliseconds; then logarithmic.
    static func scalar(named name: [Unicode.Scalar]) -> Unicode.Scalar? {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: name)
        let name = String(text)
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        if let scalar = computed(name) { return scalar }
        let upper = name.uppercased()
        if let scalar = CharacterAliases.scalar(named: upper) ?? variationSelector(upper) { return scalar }
        let hash = hash(upper)
        var low = index.startIndex
        var high = index.endIndex
        while low < high {
            let middle = (low + high) / 2
            if index[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        while low < index.endIndex, index[low].hash == hash {
            let properties = index[low].scalar.properties
            if properties.name == upper || properties.nameAlias == upper { return index[low].scalar }
            low += 1
        }
        return nil
    }

    private struct Entry {
        var hash: UInt32
        var scalar: Unicode.Scalar
    }

    /// Every named scalar except those whose names are computed, by the hash of its name: 8 bytes each.
    private static let index: [Entry] = {
        var entries: [Entry] = []
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x33FF, 0x4DC0...0x4DFF, 0xA000...0xABFF, 0xF900...0x323AF, 0xE0000...0xE01EF,
        ]
        for range in ranges {
            for value in range {
                guard let scalar = Unicode.Scalar(value), PythonText.knows(scalar), !isIdeograph(value) else {
                    continue
                }
                for name in [scalar.properties.name, scalar.properties.nameAlias] {
                    if let name { entries.append(Entry(hash: hash(name), scalar: scalar)) }
                }
            }
        }
        return entries.sorted { $0.hash < $1.hash }
    }()

    private static func hash(_ name: String) -> UInt32 {
        name.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }

    /// `HANGUL SYLLABLE GAG` and `CJK UNIFIED IDEOGRAPH-4E00`, which Python wants in upper case.
    private static func computed(_ name: String) -> Unicode.Scalar? {
        let ideograph = "CJK UNIFIED IDEOGRAPH-"
        if name.hasPrefix(ideograph) {
            let digits = name.utf8.dropFirst(ideograph.utf8.count)
            guard digits.count == 4 || digits.count == 5,
                digits.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x46).contains($0) }),
                let value = UInt32(String(name.dropFirst(ideograph.count)), radix: 16), isIdeograph(value)
            else { return nil }
            return Unicode.Scalar(value)
        }
        let syllable = "HANGUL SYLLABLE "
        guard name.hasPrefix(syllable) else { return nil }
        return hangul(name.dropFirst(syllable.count))
    }

    private static func hangul(_ name: Substring) -> Unicode.Scalar? {
        let leads = ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"]
        let vowels = [
            "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU",
            "EU", "YI", "I",
        ]
        let trails = [
            "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
            "S",
            "SS", "NG", "J", "C", "K", "T", "P", "H",
        ]
        /// The longest of the parts that the rest begins with.
        func take(_ parts: [String], from rest: inout Substring) -> UInt32? {
            let best = parts.indices.filter { rest.hasPrefix(parts[$0]) }.max { parts[$0].count < parts[$1].count }
            guard let best else { return nil }
            rest = rest.dropFirst(parts[best].count)
            return UInt32(best)
        }
        var rest = name
        guard let lead = take(leads, from: &rest), let vowel = take(vowels, from: &rest),
            let trail = take(trails, from: &rest), rest.isEmpty
        else { return nil }
        return Unicode.Scalar(0xAC00 + (lead * 21 + vowel) * 28 + trail)
    }

    /// Unified ideographs of Unicode 15.0.
    private static func isIdeograph(_ value: UInt32) -> Bool {
        switch value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x2A6DF, 0x2A700...0x2B739, 0x2B740...0x2B81D,
            0x2B820...0x2CEA1, 0x2CEB0...0x2EBE0, 0x30000...0x3134A, 0x31350...0x323AF:
            true
        default: false
        }
    }

    /// `VS1` to `VS256`
    private static func variationSelector(_ name: String) -> Unicode.Scalar? {
        guard name.hasPrefix("VS"), let number = UInt32(name.dropFirst(2)), name == "VS\(number)" else { return nil }
        switch number {
        case 1...16: return Unicode.Scalar(0xFE00 + number - 1)
        case 17...256: return Unicode.Scalar(0xE0100 + number - 17)
        default: return nil
        }
    }
}
