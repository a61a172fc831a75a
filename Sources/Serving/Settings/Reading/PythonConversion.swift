/// What the old program's settings (pydantic, "lax mode") made of a value of another kind.
///
/// https://docs.pydantic.dev/latest/concepts/conversion_table/
enum PythonConversion {
    private static let booleans: [String: Bool] = [
        "true": true, "t": true, "yes": true, "y": true, "on": true, "1": true,
        "false": false, "f": false, "no": false, "n": false, "off": false, "0": false,
    ]

    /// `"true"`, `"Yes"`, `"off"`, `"1"`, 1, 0, 1.0.
    static func boolean(_ node: TOMLNode) -> Bool? {
        switch node {
        case .string(let text): booleans[text.lowercased()]
        case .integer(0), .fraction(0): false
        case .integer(1), .fraction(1): true
        case .boolean, .integer, .fraction, .array, .table, .other: nil
        }
    }

    /// `"389"`, `" 389 "`, `"3_89"`, `"389.0"`, 389.0, true (1).
    static func integer(_ node: TOMLNode) -> Int? {
        switch node {
        case .string(let text): integer(text)
        case .fraction(let number): Int(exactly: number)
        case .boolean(let value): value ? 1 : 0
        case .integer, .array, .table, .other: nil
        }
    }

    private static func integer(_ text: String) -> Int? {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        func areDigits(_ bytes: Substring.UTF8View) -> Bool { bytes.allSatisfy { (0x30...0x39).contains($0) } }
        var rest = text.utf8.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        var number = ""
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            if sign == UInt8(ascii: "-") { number = "-" }
            rest.removeFirst()
        }
        let point = rest.firstIndex(of: UInt8(ascii: ".")) ?? rest.endIndex
        let zeros = rest[point...].dropFirst()
        guard point == rest.endIndex || (!zeros.isEmpty && zeros.allSatisfy { $0 == UInt8(ascii: "0") }) else {
            return nil
        }
        for group in rest[..<point].split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false) {
            guard !group.isEmpty, areDigits(group) else { return nil }
            number += String(Substring(group))
        }
        return Int(number)
    }
}
