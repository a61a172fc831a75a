import StrictJSON

/// What the reader of JSON promises, whatever it was given; also what the fuzzer holds it to.
enum BrokenPromises {
    /// Reads one input strictly and as of foreign make, and names each promise that is broken.
    ///
    /// - Parameter input: How deep it may nest, then the text.
    static func of(_ input: [UInt8]) -> [String] {
        guard let depth = input.first.map({ Int($0 % 16) }) else { return [] }
        let text = Array(input.dropFirst())
        var broken: [String] = []
        func promise(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
        func read(_ read: () throws(JSONError) -> JSONValue) -> JSONValue? {
            do throws(JSONError) {
                let value = try read()
                promise(self.depth(of: value) <= depth, "no deeper than it may nest")
                return value
            } catch {
                promise((0...text.count).contains(error.offset), "an error has a place")
                promise(error.description.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "an error quotes nothing")
                return nil
            }
        }
        let strict = read { () throws(JSONError) in try JSONValue(parsing: text, maxDepth: depth) }
        let foreign = read { () throws(JSONError) in try JSONValue(parsingForeign: text, maxDepth: depth) }
        let withheld = read { () throws(JSONError) in
            try JSONValue.parse(text, withholding: "password", maxDepth: depth).value
        }
        promise(strict == nil || foreign == strict, "what is strict is the same of foreign make")
        promise((strict == nil) == (withheld == nil) || isUnchecked(text), "a withheld text is as strict as any")
        for value in [strict, foreign].compactMap(\.self) {
            let written = JSONText(value).bytes
            promise((try? JSONValue(parsing: written, maxDepth: depth)) == value, "what is written is read back")
        }
        return broken
    }

    /// Whether it may be the withheld text alone that is no UTF-8, which is not looked at.
    private static func isUnchecked(_ text: [UInt8]) -> Bool { String(validating: text, as: UTF8.self) == nil }

    private static func depth(of value: JSONValue) -> Int {
        switch value {
        case .array(let values): 1 + (values.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.map { depth(of: $0.value) }.max() ?? 0)
        default: 0
        }
    }
}
