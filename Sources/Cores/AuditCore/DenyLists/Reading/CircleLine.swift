/// Reads `lat,lon,radius_km,overlap`; blanks around the commas are fine, and after the fourth number comes a comment.
struct CircleLine {
    /// Why a line is no circle.
    struct Refusal: Error {
        var column: Int
        var reason: String
    }

    private let line: ListLine

    init(_ line: ListLine) { self.line = line }

    /// The circle, or what is wrong and where.
    var circle: Result<Circle, Refusal> {
        Result { () throws(Refusal) in
            let fields = line.bytes.split(separator: UInt8(ascii: ","), maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count == 4 else {
                throw refusal(line.bytes[...], "four numbers are wanted: lat,lon,radius_km,overlap")
            }
            let latitude = try number(fields[0], "latitude", in: -90...90)
            let longitude = try number(fields[1], "longitude", in: -180...180)
            let radius = try number(fields[2], "radius in km", in: 0...20_100)
            let overlap = try number(fields[3], "overlap", in: 0...1_000, mayHaveComment: true)
            return Circle(
                center: GreatCircle.point(latitude: latitude, longitude: longitude), radius: radius, overlap: overlap,
                line: UInt32(clamping: line.number), lastDay: line.until)
        }
    }

    /// A decimal number without exponent.
    private func number(
        _ field: ArraySlice<UInt8>, _ name: String, in range: ClosedRange<Double>, mayHaveComment: Bool = false
    ) throws(Refusal) -> Double {
        var text = field.drop(while: ListLine.isBlank)
        if mayHaveComment {
            let number = text.prefix { !ListLine.isBlank($0) }
            var tokens = LineTokens(text[number.endIndex...])
            if let token = tokens.next(), !token.opensComment, !token.isWord {
                throw refusal(token.bytes, "\(token.quoted) is no comment (# begins one)")
            }
            text = number
        }
        text = text[..<(text.lastIndex { !ListLine.isBlank($0) }.map { $0 + 1 } ?? text.startIndex)]
        let isPlain = text.allSatisfy { "+-.0123456789".utf8.contains($0) }
        guard isPlain, text.count <= 40, let number = Double(String(decoding: text, as: UTF8.self)) else {
            throw refusal(text, "the \(name) is no number")
        }
        guard range.contains(number) else {
            throw refusal(text, "the \(name) must be from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
        }
        return number
    }

    private func refusal(_ place: ArraySlice<UInt8>, _ reason: String) -> Refusal {
        let before = line.bytes[..<place.startIndex]
        let scalars = String(decoding: before, as: UTF8.self).unicodeScalars.count
        return Refusal(column: line.column + scalars, reason: reason)
    }
}
