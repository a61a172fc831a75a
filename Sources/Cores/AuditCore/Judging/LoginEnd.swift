/// What a login came to whose password was right, in a word.
package enum LoginEnd: Sendable, Equatable {
    /// It was let in.
    case allowed
    /// It was refused, as the app password is revoked.
    case revoked
    /// It was refused for another reason.
    case refused

    /// Reads what its record says of it.
    init(isBlocked: Bool, matched: String?) {
        self = !isBlocked ? .allowed : matched == "deleted" ? .revoked : .refused
    }
}
