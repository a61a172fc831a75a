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
    }

    /// A wrong password that was counted: for whom, and in which slot of the window.
    private struct Counted: Sendable {
        let pair: UInt64
        var slot: Int64
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
    /// Wrong passwords, and such as are being hashed.
    private let guesses: DigestTable<Counted>
    private let accounts: DigestTable<Tally>
    private let networks: DigestTable<Tally>
    private let pairs: DigestTable<Tally>

    init(_ limits: GuessLimits, key: DigestKey, known: KnownNetworks) {
        var limits = limits
        limits.window = max(limits.window, .seconds(1))  // it is divided by
        limits.perAccountAndNetwork = max(limits.perAccountAndNetwork, 1)
        (self.limits, self.key, self.known) = (limits, key, known)
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
            place: place)
    }

    private func network(of address: IPAddress) -> IPPrefix? {
        IPPrefix(address, length: address.family == .v4 ? limits.v4PrefixLength : limits.v6PrefixLength)
    }

    /// Decides whether a login may be hashed, and counts it.
    func admit(_ guess: Guess, at now: Duration) -> Admission {
        if isRepeated(guess, now) { return .repeated }
        if let limit = reached(by: guess, now) {
            let (table, digest) =
                switch limit {
                case .network: (networks, guess.network ?? guess.pair)
                case .account: (accounts, guess.account)
                case .knownNetwork: (pairs, guess.pair)
                }
            return .refused(limit, isFirst: isFirst(table, digest, now))
        }
        count(guess, at: now)
        return .admitted
    }

    /// Says that a guess was wrong: it counts, also if who it was counted for has taken it back meanwhile.
    func failed(_ guess: Guess, at now: Duration) {
        if !isRepeated(guess, now) { count(guess, at: now) }
    }

    private func count(_ guess: Guess, at now: Duration) {
        let slot = SlidingCount.slot(at: now, window: limits.window)
        guesses.set(Counted(pair: guess.pair.low, slot: slot), for: guess.password, at: now)
        count(guess, now) { $0.add(1, at: now, window: $1) }
    }

    /// Whether a guess is counted already. Where it goes on it stays so: its count moves into the window's new slot.
    private func isRepeated(_ guess: Guess, _ now: Duration) -> Bool {
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
        takeBack(guess, at: now)
        if let pair = guess.known { known.note(pair, at: now) }
    }

    /// Says that a login was not checked in the end.
    func takeBack(_ guess: Guess, at now: Duration) {
        let wasCounted = guesses.access(guess.password, at: now) { seen in
            let wasCounted = seen?.pair == guess.pair.low
            if wasCounted { seen = nil }
            return (wasCounted, wasCounted)
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
