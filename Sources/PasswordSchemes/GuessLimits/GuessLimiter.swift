import AppPasswordCore
import AuditCore

/// Bounds how many hashes wrong passwords can make us compute, without ever closing an account.
///
/// A login whose password is not in the verify cache is a guess until it is hashed. It is hashed
/// * always, if its network had a success for its account recently, or it has no address;
/// * else if its network is below its own limit, and, when the account is above the account's limit, below the small
///   allowance that each network then has for that account.
///
/// So a flood from anywhere closes neither the owner's usual networks nor a new one that does not guess itself. What
/// is refused is not counted: a network that goes on guessing gets its allowance anew as the window slides. A wrong
/// password that was counted within the window does not count again. A guess counts when it is let through, so that
/// many at once cannot slip by, and is taken back if it turns out right or is not checked.
final class GuessLimiter: Sendable {
    /// What is counted for a network or an account.
    private struct Tally: Sendable {
        var wrong = SlidingCount()
        var announced: Duration?
    }

    /// A login that is to be hashed.
    struct Guess: Sendable {
        fileprivate let password: Digest
        fileprivate let account: Digest
        fileprivate let network: Digest
        fileprivate let accountFromNetwork: Digest
        /// Where it comes from, for the log.
        let prefix: IPPrefix
    }

    /// Whether a login may be hashed.
    enum Admission: Sendable, Equatable {
        /// Yes.
        case admitted
        /// No; `isFirst` once for each window.
        case refused(isFirst: Bool)
    }

    private let limits: GuessLimits
    private let key: DigestKey
    /// Wrong passwords, or such as are being hashed, with the network that each was counted for.
    private let guesses: DigestTable<UInt64>
    private let accounts: DigestTable<Tally>
    private let networks: DigestTable<Tally>
    private let accountsFromNetworks: DigestTable<Tally>
    private let successes: DigestTable<Void>

    init(_ limits: GuessLimits, key: DigestKey) {
        var limits = limits
        limits.window = max(limits.window, .seconds(1))  // it is divided by
        (self.limits, self.key) = (limits, key)
        guesses = DigestTable(capacity: limits.capacity, lifetime: limits.window)
        // Two slots of a sliding count.
        accounts = DigestTable(capacity: limits.capacity, lifetime: limits.window * 2)
        networks = DigestTable(capacity: limits.capacity, lifetime: limits.window * 2)
        accountsFromNetworks = DigestTable(capacity: limits.capacity, lifetime: limits.window * 2)
        successes = DigestTable(capacity: limits.capacity, lifetime: limits.exemption)
    }

    /// Describes a login; nil if it has no address.
    func guess(_ password: Password, account: String, from address: IPAddress?) -> Guess? {
        guard let prefix = address.flatMap(network(of:)) else { return nil }
        let network = prefix.description
        return Guess(
            password: key.digest(.guess) {
                $0.add(account)
                $0.add(password.bytes)
            },
            account: key.digest(.account) { $0.add(account) },
            network: key.digest(.network) { $0.add(network) },
            accountFromNetwork: key.digest(.accountFromNetwork) {
                $0.add(account)
                $0.add(network)
            },
            prefix: prefix)
    }

    private func network(of address: IPAddress) -> IPPrefix? {
        IPPrefix(address, length: address.family == .v4 ? limits.v4PrefixLength : limits.v6PrefixLength)
    }

    /// Decides whether a login may be hashed, and counts it.
    func admit(_ guess: Guess, at now: Duration) -> Admission {
        if successes.value(for: guess.accountFromNetwork, at: now) != nil { return .admitted }
        if isAbove(limits.perNetwork, networks, guess.network, now) {
            return .refused(isFirst: isFirst(networks, guess.network, now))
        }
        if isAbove(limits.perAccount, accounts, guess.account, now),
            isAbove(limits.perNetworkUnderAttack, accountsFromNetworks, guess.accountFromNetwork, now)
        {
            return .refused(isFirst: isFirst(accounts, guess.account, now))
        }
        let isNew = guesses.access(guess.password, at: now) { seen in
            let isNew = seen == nil
            if isNew { seen = guess.network.low }
            return (isNew, isNew)
        }
        if isNew { count(1, guess, now) }
        return .admitted
    }

    /// Says that a login was right: its network is exempt for a while.
    func succeeded(_ guess: Guess, at now: Duration) {
        takeBack(guess, at: now)
        successes.set((), for: guess.accountFromNetwork, at: now)
    }

    /// Says that a login was not checked in the end.
    func takeBack(_ guess: Guess, at now: Duration) {
        let wasCounted = guesses.access(guess.password, at: now) { seen in
            let wasCounted = seen == guess.network.low
            if wasCounted { seen = nil }
            return (wasCounted, wasCounted)
        }
        if wasCounted { count(-1, guess, now) }
    }

    /// Entries held in all tables.
    var entryCount: Int {
        guesses.count + accounts.count + networks.count + accountsFromNetworks.count + successes.count
    }

    private func count(_ number: Int, _ guess: Guess, _ now: Duration) {
        for (table, digest) in [
            (networks, guess.network), (accounts, guess.account), (accountsFromNetworks, guess.accountFromNetwork),
        ] {
            table.access(digest, at: now) { tally in
                tally = tally ?? Tally()
                tally?.wrong.add(number, at: now, window: limits.window)
                return ((), true)
            }
        }
    }

    private func isAbove(_ limit: Int, _ table: DigestTable<Tally>, _ digest: Digest, _ now: Duration) -> Bool {
        guard limit > 0, let tally = table.value(for: digest, at: now) else { return false }
        return tally.wrong.count(at: now, window: limits.window) >= Double(limit)
    }

    /// Whether nothing was said of this one within the window; from now on it was.
    private func isFirst(_ table: DigestTable<Tally>, _ digest: Digest, _ now: Duration) -> Bool {
        table.access(digest, at: now) { tally in
            if let announced = tally?.announced, now - announced < limits.window { return (false, false) }
            tally?.announced = now
            return (true, true)
        }
    }
}
