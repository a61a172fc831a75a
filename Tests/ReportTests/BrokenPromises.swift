import AuditCore
import StrictJSON

@testable import Report

/// What the readers of records promise, whatever they were given; also what the fuzzer holds them to.
enum BrokenPromises {
    /// Reads one input and names each promise that is broken.
    ///
    /// - Parameter input: `{` and what follows it is a line of a file; all else is the journal's fields, `NAME=value` on
    ///   lines of their own, of which each value is read as a Python literal, too.
    static func of(_ input: [UInt8]) -> [String] {
        guard input.first != UInt8(ascii: "{") else { return ReportRecord(jsonLine: input).map(of) ?? [] }
        var fields: [(name: String, value: String)] = []
        for line in input.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            fields.append(
                (String(decoding: parts[0], as: UTF8.self), String(decoding: parts.dropFirst().joined(), as: UTF8.self))
            )
        }
        let literals = fields.compactMap { PythonLiteral.parse($0.value) }
        let areShallow = literals.allSatisfy { depth(of: $0) <= PythonLiteral.depthLimit + 1 }
        let record = ReportRecord(journalFields: fields, time: Timestamp(milliseconds: 0))
        return (areShallow ? [] : ["literals are not deep"]) + (record.map(of) ?? [])
    }

    private static func of(_ record: ReportRecord) -> [String] {
        var broken: [String] = []
        func promise(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
        let (value, name) = record.reason
        let texts = [
            record.user, record.service, record.address, record.event, record.matched, record.rule, record.masterUser,
            record.host, record.asNumber, record.asCountry, record.asName, record.asOrganization, record.netName,
            record.netCountry, record.country?.code, record.country?.name, record.city,
        ]
        promise(
            texts.compactMap(\.self).allSatisfy { $0.unicodeScalars.count <= ReportRecord.textLimit + 1 },
            "texts are cut")
        promise([value, name].compactMap(\.self).allSatisfy { $0.unicodeScalars.count <= 1000 }, "reasons are short")
        promise((0...1_000_000_000).contains(record.suppressed), "a number of failures")
        promise(record.location.map { abs($0.latitude) <= 90 && abs($0.longitude) <= 180 } ?? true, "on the globe")
        promise(record.countryCode.map { $0.utf8.count == 2 } ?? true, "a country has two letters")
        _ = record.isLocal
        return broken
    }

    private static func depth(of value: JSONValue) -> Int {
        switch value {
        case .array(let values): 1 + (values.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.map { depth(of: $0.value) }.max() ?? 0)
        default: 0
        }
    }
}
