package import AuditCore

/// What something is called; where it has no name, why not.
enum Named: Hashable, Comparable, Sendable {
    case name(String)
    /// It is of this machine or of the house.
    case local
    /// Nobody could tell.
    case unknown

    init(_ name: String?, isLocal: @autoclosure () -> Bool) {
        if let name { self = .name(name) } else { self = isLocal() ? .local : .unknown }
    }

    /// The name, if it has one.
    var text: String? { if case .name(let text) = self { text } else { nil } }

    /// Of a network, for people to read.
    var network: String {
        switch self {
        case .name(let name): name
        case .local: "local network"
        case .unknown: "network not known"
        }
    }
}

/// An autonomous system; where there is no number (local networks, nothing known), its name tells it apart.
struct SystemKey: Hashable, Comparable, Sendable {
    /// `AS3209`, `None`.
    var number: String
    /// Empty where there is a number.
    var name: String

    init(_ note: AddressNote) {
        number = note.asNumber ?? "None"
        name = note.asNumber == nil ? Named(note.asOrganization ?? note.asName, isLocal: note.isLocal).network : ""
    }

    static func < (one: Self, other: Self) -> Bool { (one.number, one.name) < (other.number, other.name) }
}

/// A square of half a degree on the map.
package struct PlaceKey: Hashable, Comparable, Sendable {
    /// Half degrees.
    package var latitude: Int
    /// Half degrees.
    package var longitude: Int

    /// The cell of a grid of half degrees that holds it.
    package init(_ location: ReportRecord.Location) {
        latitude = Int((location.latitude * 2).rounded())
        longitude = Int((location.longitude * 2).rounded())
    }

    /// From south to north, then from west to east.
    package static func < (one: Self, other: Self) -> Bool {
        (one.latitude, one.longitude) < (other.latitude, other.longitude)
    }
}

/// A user who was refused, and why.
struct RefusalKey: Hashable, Comparable, Sendable {
    var user: String
    var matched: String
    var value: String?
    var rule: String?

    static func < (one: Self, other: Self) -> Bool {
        (one.user, one.matched, one.value ?? "", one.rule ?? "")
            < (other.user, other.matched, other.value ?? "", other.rule ?? "")
    }
}

/// An end that was announced.
struct Ending: Sendable {
    var end: Timestamp
    /// The limit, by its column's name.
    var limit: String?
    /// What the password's owner called it.
    var comment: String?
}

/// What an alarm was about.
struct AlarmKey: Hashable, Comparable, Sendable {
    var user: String
    /// `new_country`, …
    var kind: String
    /// -1 if it was none.
    var passwordID: Int

    static func < (one: Self, other: Self) -> Bool {
        (one.user, one.kind, one.passwordID) < (other.user, other.kind, other.passwordID)
    }
}

/// An app password.
struct RevokedKey: Hashable, Comparable, Sendable {
    var user: String
    /// -1 if the record does not say.
    var passwordID: Int

    static func < (one: Self, other: Self) -> Bool { (one.user, one.passwordID) < (other.user, other.passwordID) }
}

/// What is known of an address.
struct AddressNote: Sendable {
    var host: String?
    var asNumber: String?
    var asName: String?
    var asOrganization: String?
    var isLocal: Bool
}

/// The last refusal of a kind.
struct LastRefusal: Sendable {
    var login: LastLogin
    /// What the value that was met is called: `LLC VK`.
    var name: String?
}

/// The last login of a kind.
package struct LastLogin: Sendable {
    /// When it was.
    package var time: Timestamp
    /// Where it came from, as it was recorded.
    package var address: String?

    /// A login, as far as the report shows it.
    package init(time: Timestamp, address: String?) { (self.time, self.address) = (time, address) }
}

/// A country or a network that a user had not come from before.
struct NewPlace: Sendable {
    var kind: Habits.Kind
    var user: String
    /// `DE`, `AS3209`.
    var value: String
    var name: String?
    var time: Timestamp
    var address: String?
    var isBlocked: Bool
}
