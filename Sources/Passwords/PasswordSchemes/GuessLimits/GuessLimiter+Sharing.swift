/// Guesses that are counted together with other servers.
extension GuessLimiter {
    /// For how long a refusal by all servers together is taken for granted.
    static let hold = Duration.seconds(1)

    /// Decides whether a login may be hashed, by what all servers know if they count together, and by what this one knows in
    /// any case: limits are never wider than they would be alone, whoever writes where they are counted. What another server has
    /// let in is known here, too, if that server says so: only who has the secret can.
    ///
    /// Who comes from a network that is known here waits for no other server, before he has had more than a newcomer's guesses.
    func admitShared(_ guess: Guess, at now: Duration) async -> Admission {
        guard let sharing, var shared = guess.shared, !isRepeated(guess, now) else { return admit(guess, at: now) }
        if let limit = heldLimit(of: guess, at: now) { return .refused(limit, isFirst: false) }
        shared.isKnownHere = isKnown(guess, at: now)
        if shared.isKnownHere, isNewcomers(guess, at: now) {
            let own = admit(guess, at: now, isShared: true)
            if own == .admitted { sharing.count(shared) }
            return own
        }
        guard let answer = await sharing.admit(shared) else { return admit(guess, at: now) }
        if let mark = answer.mark, !shared.isKnownHere { learn(guess, mark, at: now) }
        if let limit = answer.limit {
            // The same password, of which one has been let through meanwhile, tells nobody anything.
            if isRepeated(guess, now) { return .repeated }
            return .refused(limit, isFirst: holdOut(guess, limit, until: now + Self.hold, at: now))
        }
        let own = admit(guess, at: now, isShared: true)
        if own != .admitted { sharing.takeBack(shared, mark: nil) }
        return own
    }
}
