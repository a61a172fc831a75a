import AppPasswordCore
import AuditCore

/// Bounds how many hashes wrong passwords can make us compute, without ever closing an account or a network.
///
/// A login whose password is not in the verify cache is a guess until it is hashed. It is hashed
/// * always, if it was counted already: the same wrong password again tells nobody anything, and counts once as long as
///   it goes on (what it costs is bounded by the verify cache and by ``HashFlights``);
/// * up to ``GuessLimits/perKnownNetwork``, if its network is known to its account;
/// * up to ``GuessLimits/perAccountAndNetwork``, whatever others guess;
/// * beyond that as long as both its network and its account are below their limits.
///
/// So others' guesses, from anywhere and at any account, leave a newcomer's right password its own. Guesses from a refused
/// network, and those without an address, count for nobody else: each account has ``GuessLimits/perAccount`` of them.
/// What is refused is not counted: whoever goes on guessing gets his allowance anew as the window slides. A guess counts
/// when it is let through, so that many at once cannot slip by, and is taken back if it turns out right or is not checked.
final class GuessLimiter: Sendable {
    /// What is counted for a network, an account, or a pair of both.
    private struct Tally: Sendable {
        var wrong = SlidingCount()
        var announced: Duration?
        /// What all servers together have refused the last guess for, and until when that is taken for granted.
        var held: (limit: GuessLimit, until: Duration)?
    }

    /// A wrong password that was counted: for whom, and in which slot of the window.
    private struct Counted: Sendable {
        let pair: UInt64
        var slot: Int64
        /// Whether other servers count it, too.
        var isShared = false
    }

    /// A login that is to be hashed.
    struct Guess: Sendable {
        fileprivate let password: Digest
        fileprivate let account: Digest
        /// nil: from nowhere that many share.
        fileprivate let network: Digest?
        /// The account, and where it comes from.
        fileprivate let pair: Digest
        /// nil: nothing that happens there makes it known.
        fileprivate let known: KnownNetworks.Pair?
        /// As other servers may know of it; nil: this one counts by itself.
        let shared: SharedGuess?
        /// Where it comes from, for the log.
        let place: String
    }

    /// Whether a login may be hashed.
    enum Admission: Sendable, Equatable {
        /// Yes; it counts.
        case admitted
        /// Yes; it was counted before, and is not this login's to take back.
        case repeated
        /// No, by this limit; `isFirst` once for each window.
        case refused(GuessLimit, isFirst: Bool)
    }

    private let limits: GuessLimits
    private let key: DigestKey
    private let known: KnownNetworks
    private let shared: SharedGuesses?
    /// Wrong passwords, and such as are being hashed.
    private let guesses: DigestTable<Counted>
    private let accounts: DigestTable<Tally>
    private let networks: DigestTable<Tally>
    private let pairs: DigestTable<Tally>

    /// - Parameter shared: Who counts with other servers; nil: nobody does.
    init(_ limits: GuessLimits, key: DigestKey, known: KnownNetworks, shared: SharedGuesses? = nil) {
        var limits = limits
        limits.window = max(limits.window, .seconds(1))  // it is divided by
        limits.perAccountAndNetwork = max(limits.perAccountAndNetwork, 1)
        (self.limits, self.key, self.known, self.shared) = (limits, key, known, shared)
        // Two slots of a sliding count.
        guesses = DigestTable(capacity: limits.capacity, lifetime: limits.window * 2)
        accounts = DigestTable(capacity: limits.capacity, lifetime: limits.window * 2)
        networks = DigestTable(capacity: limits.capacity, lifetime: limits.window * 2)
        pairs = DigestTable(capacity: limits.capacity, lifetime: limits.window * 2)
    }

    /// Describes a login.
    func guess(_ password: Password, account: String, from origin: GuessOrigin) -> Guess {
        let prefix: IPPrefix? =
            if case .address(let address) = origin { network(of: address) } else { nil }
        let place = prefix?.description ?? (origin == .refusedNetwork ? "refused network" : "local")
        return Guess(
            password: key.digest(.guess) {
                $0.add(account)
                $0.add(password.bytes)
            },
            account: key.digest(.account) { $0.add(account) },
            network: prefix.map { _ in key.digest(.network) { $0.add(place) } },
            pair: key.digest(.accountFromNetwork) {
                $0.add(account)
                $0.add(place)
            },
            known: origin == .refusedNetwork ? nil : known.pair(account, place),
            shared: shared?.guess(
                account: account, place: place, hasNetwork: prefix != nil, mayBecomeKnown: origin != .refusedNetwork),
            place: place)
    }

    private func network(of address: IPAddress) -> IPPrefix? {
        IPPrefix(address, length: address.family == .v4 ? limits.v4PrefixLength : limits.v6PrefixLength)
    }

    /// Decides whether a login may be hashed, by what this server knows, and counts it.
    ///
    /// - Parameter isShared: Whether others have counted it.
    func admit(_ guess: Guess, at now: Duration, isShared: Bool = false) -> Admission {
        if isRepeated(guess, now) { return .repeated }
        if let limit = reached(by: guess, now) {
            return .refused(limit, isFirst: isFirst(limit, guess, now))
        }
        count(guess, at: now, isShared: isShared)
        return .admitted
    }

    /// Who counts with other servers; nil: nobody does.
    var sharing: (any GuessSharing)? { shared?.sharing }

    /// Whether the account is known here from where the guess comes.
    func isKnown(_ guess: Guess, at now: Duration) -> Bool {
        guess.known.map { known.contains($0, at: now) } ?? false
    }

    /// Whether this server has had fewer guesses of the kind than a newcomer has.
    func isNewcomers(_ guess: Guess, at now: Duration) -> Bool {
        !isReached(limits.perAccountAndNetwork, number(pairs, guess.pair, now))
    }

    /// Another server knows the account from there, for as long as its mark says; nothing happens if the mark is none.
    func learn(_ guess: Guess, _ mark: String, at now: Duration) {
        guard let pair = guess.known, let digest = guess.shared?.known, let end = shared?.end(of: mark, digest)
        else { return }
        known.note(pair, until: end, at: now)
    }

    /// The limit that all servers together have refused such a guess for a moment ago.
    func heldLimit(of guess: Guess, at now: Duration) -> GuessLimit? {
        pairs.value(for: guess.pair, at: now)?.held.flatMap { $0.until > now ? $0.limit : nil }
    }

    /// Refuses such guesses for a moment without asking the others again.
    ///
    /// - Returns: Whether nothing was said of it within the window.
    func holdOut(_ guess: Guess, _ limit: GuessLimit, until: Duration, at now: Duration) -> Bool {
        pairs.access(guess.pair, at: now) { tally in
            tally = tally ?? Tally()
            tally?.held = (limit, until)
            return ((), true)
        }
        return isFirst(limit, guess, now)
    }

    private func isFirst(_ limit: GuessLimit, _ guess: Guess, _ now: Duration) -> Bool {
        let (table, digest) =
            switch limit {
            case .network: (networks, guess.network ?? guess.pair)
            case .account: (accounts, guess.account)
            case .knownNetwork: (pairs, guess.pair)
            }
        return isFirst(table, digest, now)
    }

    /// Says that a guess was wrong: it counts, also if who it was counted for has taken it back meanwhile.
    func failed(_ guess: Guess, at now: Duration) {
        if !isRepeated(guess, now) { count(guess, at: now) }
    }

    private func count(_ guess: Guess, at now: Duration, isShared: Bool = false) {
        let slot = SlidingCount.slot(at: now, window: limits.window)
        guesses.set(Counted(pair: guess.pair.low, slot: slot, isShared: isShared), for: guess.password, at: now)
        count(guess, now) { $0.add(1, at: now, window: $1) }
    }

    /// Whether a guess is counted already. Where it goes on it stays so: its count moves into the window's new slot.
    func isRepeated(_ guess: Guess, _ now: Duration) -> Bool {
        let slot = SlidingCount.slot(at: now, window: limits.window)
        let (isRepeated, isRenewed) = guesses.access(guess.password, at: now) { counted in
            guard let last = counted, slot - last.slot <= 1 else { return ((false, false), false) }
            let isRenewed = last.slot < slot && last.pair == guess.pair.low
            if isRenewed { counted?.slot = slot }
            return ((true, isRenewed), isRenewed)
        }
        if isRenewed { count(guess, now) { $0.renew(at: now, window: $1) } }
        return isRepeated
    }

    /// The limit that keeps a new guess out.
    private func reached(by guess: Guess, _ now: Duration) -> GuessLimit? {
        let ofPair = number(pairs, guess.pair, now)
        if let pair = guess.known, known.contains(pair, at: now) {
            return isReached(limits.perKnownNetwork, ofPair) ? .knownNetwork : nil
        }
        guard let network = guess.network else { return isReached(limits.perAccount, ofPair) ? .account : nil }
        guard isReached(limits.perAccountAndNetwork, ofPair) else { return nil }
        if isReached(limits.perNetwork, number(networks, network, now)) { return .network }
        return isReached(limits.perAccount, number(accounts, guess.account, now)) ? .account : nil
    }

    private func isReached(_ limit: Int, _ number: Double) -> Bool { limit > 0 && number >= Double(limit) }

    private func number(_ table: DigestTable<Tally>, _ digest: Digest, _ now: Duration) -> Double {
        table.value(for: digest, at: now)?.wrong.count(at: now, window: limits.window) ?? 0
    }

    /// Says that a login was right: its network is known to the account for a while.
    func succeeded(_ guess: Guess, at now: Duration) {
        let isNews = guess.known.map { known.note($0, at: now) } ?? false
        let mark = guess.shared?.known.flatMap { shared?.mark($0, until: known.end(ofSuccessAt: now)) }
        takeBack(guess, at: now, mark: mark, isNews: isNews)
    }

    /// Says that a login was not checked in the end.
    ///
    /// - Parameters:
    ///   - mark: What others are told if it was right.
    ///   - isNews: Whether they are told of it by itself.
    func takeBack(_ guess: Guess, at now: Duration, mark: String? = nil, isNews: Bool = false) {
        let (wasCounted, wasShared) = guesses.access(guess.password, at: now) { seen in
            let (wasCounted, wasShared) = (seen?.pair == guess.pair.low, seen?.isShared ?? false)
            if wasCounted { seen = nil }
            return ((wasCounted, wasShared), wasCounted)
        }
        if let sharing, let shared = guess.shared {
            // Of what others have not counted they are only told what is right, and no more often than this server needs it.
            if wasCounted && wasShared {
                sharing.takeBack(shared, mark: mark)
            } else if let mark, isNews {
                sharing.learn(shared, mark: mark)
            }
        }
        if wasCounted { count(guess, now) { $0.add(-1, at: now, window: $1) } }
    }

    /// Entries held in all tables of counts.
    var entryCount: Int { guesses.count + accounts.count + networks.count + pairs.count }

    private func count(_ guess: Guess, _ now: Duration, _ change: (inout SlidingCount, _ window: Duration) -> Void) {
        func count(in table: DigestTable<Tally>, _ digest: Digest) {
            table.access(digest, at: now) { tally in
                var counted = tally ?? Tally()
                change(&counted.wrong, limits.window)
                tally = counted
                return ((), true)
            }
        }
        count(in: pairs, guess.pair)
        guard let network = guess.network else { return }
        count(in: networks, network)
        count(in: accounts, guess.account)
    }

    /// Whether nothing was said of this one within the window; from now on it was.
    private func isFirst(_ table: DigestTable<Tally>, _ digest: Digest, _ now: Duration) -> Bool {
        table.access(digest, at: now) { tally in
            if let announced = tally?.announced, now - announced < limits.window { return (false, false) }
            tally = tally ?? Tally()
            tally?.announced = now
            return (true, true)
        }
    }
}
