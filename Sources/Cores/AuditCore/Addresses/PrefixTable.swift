/// Finds which of many prefixes holds an address: the networks of a deny list or of the settings.
///
/// Immutable, shared by all logins. Families never mix.
package struct PrefixTable: Sendable {
    /// Which prefix counts where several hold an address.
    package enum Precedence: Sendable {
        /// The one with the lowest number: the first line of a file.
        case first
        /// The longest; of duplicates the one with the lowest number.
        case longest
    }

    /// A prefix that holds an address.
    package struct Match: Sendable, Equatable {
        /// The number the prefix was added with.
        package var number: Int
        /// The prefix, host bits cleared.
        package var prefix: IPPrefix
    }

    /// Collects prefixes for a table.
    package struct Builder {
        fileprivate var v4: [PrefixSegments<UInt32>.Entry] = []
        fileprivate var v6: [PrefixSegments<UInt128>.Entry] = []

        /// Makes an empty builder with room for `capacity` prefixes; room that is not used costs nothing.
        package init(capacity: Int = 0) {
            v4.reserveCapacity(capacity)
            v6.reserveCapacity(capacity)
        }

        /// How many prefixes were added.
        package var count: Int { v4.count + v6.count }

        /// Adds a prefix.
        ///
        /// - Parameters:
        ///   - prefix: The prefix; one that was added before may come again.
        ///   - number: What a match is to name, from 1: a line number. Need not be unique.
        package mutating func add(_ prefix: IPPrefix, number: Int) {
            let number = UInt32(clamping: max(1, number))
            let length = UInt8(prefix.length)
            switch prefix.address.family {
            case .v4:
                v4.append(.init(first: UInt32(truncatingIfNeeded: prefix.address.bits), number: number, length: length))
            case .v6:
                v6.append(.init(first: prefix.address.bits, number: number, length: length))
            }
        }
    }

    /// How many prefixes the table was made of.
    package let count: Int
    private let v4: PrefixSegments<UInt32>
    private let v6: PrefixSegments<UInt128>

    /// Puts the prefixes of a builder in order.
    ///
    /// - Complexity: n log n for n prefixes; up to 18 bytes for each of IPv4, 42 of IPv6.
    package init(_ builder: consuming Builder, precedence: Precedence) {
        count = builder.count
        v4 = PrefixSegments(&builder.v4, precedence: precedence)
        v6 = PrefixSegments(&builder.v6, precedence: precedence)
    }

    /// The prefix that holds the address, if any.
    ///
    /// - Complexity: A binary search; tens of nanoseconds with 100,000 prefixes, no allocation.
    package func match(_ address: IPAddress) -> Match? {
        let cover =
            switch address.family {
            case .v4: v4.cover(of: UInt32(truncatingIfNeeded: address.bits))
            case .v6: v6.cover(of: address.bits)
            }
        guard cover.number != 0 else { return nil }
        return Match(number: Int(cover.number), prefix: IPPrefix(address, checkedLength: Int(cover.length)))
    }
}
