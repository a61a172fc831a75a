/// What an alarm is about.
package enum AlarmKind: String, Sendable, CaseIterable {
    /// A revoked app password is tried: by a forgotten client, or by a thief.
    case revokedTried = "revoked_tried"
    /// An app password is used in two places at once, or through too many networks' operators in a day.
    case passwordInTwoPlaces = "password_in_two_places"
    /// An app password is used in a country where it never was.
    case newCountry = "new_country"
    /// An app password is used through an AS through which it never was.
    case newAS = "new_as"
    /// An account is used from many networks at once, each time with success.
    case accountFromMany = "account_from_many"

    /// What it says of a login, as a part of a sentence.
    package var words: String {
        switch self {
        case .revokedTried: "revoked app password tried"
        case .passwordInTwoPlaces: "app password used in two places at once"
        case .newCountry: "app password used in a new country"
        case .newAS: "app password used through a new AS"
        case .accountFromMany: "account used from many networks at once"
        }
    }
}

/// What follows from an alarm.
package enum AlarmAction: String, Sendable, CaseIterable {
    /// There is no such alarm.
    case none
    /// It is written down, and told to those who are to be told.
    case notify
    /// The same, and the app password is suspended until somebody releases it.
    case suspend
}
