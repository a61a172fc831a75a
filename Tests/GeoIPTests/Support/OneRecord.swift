/// Writes databases in which every address leads to the first value of the data section, whatever that holds.
enum OneRecord {
    static func database(
        _ data: [UInt8], type: String = "GeoLite2-City", nodes: UInt8 = 1, metadata: [UInt8]? = nil
    ) -> [UInt8] {
        let toData: [UInt8] = [0, 0, 17]  // one node, sixteen bytes of separator, offset 0
        let tree = toData + toData + [UInt8](repeating: 0, count: 16)
        return tree + data + [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
            + (metadata ?? Self.metadata(type: type, nodes: nodes))
    }

    static func metadata(type: String = "GeoLite2-City", nodes: UInt8 = 1, more: [[UInt8]] = []) -> [UInt8] {
        let members: [[UInt8]] = [
            text("node_count") + [0xC1, nodes], text("record_size") + [0xA1, 24], text("ip_version") + [0xA1, 6],
            text("database_type") + text(type), text("binary_format_major_version") + [0xA1, 2],
            text("binary_format_minor_version") + [0xA0],
            text("build_epoch") + [0x01, 0x02, 1], text("languages") + [0, 4], text("description") + [0xE0],
        ]
        return [0xE0 | UInt8(members.count + more.count)] + (members + more).flatMap(\.self)
    }

    static func text(_ text: String) -> [UInt8] { MMDBValue.text(text).bytes }
}
