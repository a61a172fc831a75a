internal import CSodium

/// Counts guesses together with other servers.
///
/// Neither accounts nor networks are named, only digests under a key that all of these servers have. Nothing of a password goes out, not
/// even a digest: so the same wrong password counts once on each server, which makes limits stricter.
package protocol GuessSharing: Sendable {
    /// Decides about a guess by what all servers know, and counts it if it may be hashed.
    ///
    /// - Returns: nil if that cannot be found out at once, in 20 ms at most: then this server decides by itself.
    func admit(_ guess: SharedGuess) async -> SharedAdmission?

    /// Counts a guess; does not wait.
    func count(_ guess: SharedGuess)

    /// Takes a counted guess back; does not wait.
    ///
    /// - Parameter mark: Says that it was right: what others are told from now on, in ``SharedAdmission/mark``. nil: it was not.
    func takeBack(_ guess: SharedGuess, mark: String?)

    /// Says that a login was right that was not counted; does not wait.
    ///
    /// - Parameter mark: What others are told from now on.
    func learn(_ guess: SharedGuess, mark: String)
}

/// A guess as other servers may know of it: digests in hexadecimal digits.
package struct SharedGuess: Sendable, Hashable {
    /// The account and where it comes from.
    package var pair: String
    /// The account; nil: from nowhere that many share.
    package var account: String?
    /// Where it comes from; nil with ``account``.
    package var network: String?
    /// What becomes known when it is right; nil: nothing does.
    package var known: String?
    /// Whether it is known here.
    package var isKnownHere = false

    /// Takes digests; not known here.
    package init(pair: String, account: String?, network: String?, known: String?) {
        (self.pair, self.account, self.network, self.known) = (pair, account, network, known)
    }
}

/// What all servers together say of a guess.
package struct SharedAdmission: Sendable, Hashable {
    /// The limit that refuses it; nil: it may be hashed, and counts.
    package var limit: GuessLimit?
    /// What somebody has left of the network being known to the account; nil: nothing. It proves nothing before it was checked:
    /// whoever can write where guesses are counted can leave anything.
    package var mark: String?

    /// What they say.
    package init(limit: GuessLimit?, mark: String?) { (self.limit, self.mark) = (limit, mark) }
}

/// What a verifier needs to count guesses with other servers.
package struct SharedGuesses: Sendable {
    let sharing: any GuessSharing
    let key: DigestKey

    /// - Parameters:
    ///   - sharing: Who counts.
    ///   - secret: What all servers have been told: any text. The key is a digest of it, and serves nothing else.
    package init(_ sharing: any GuessSharing, secret: [UInt8]) {
        self.sharing = sharing
        var bytes = [UInt8](repeating: 0, count: DigestKey.length)
        let title = Array("dovecot-web-auth shared guesses 1".utf8)
        unsafe title.withUnsafeBufferPointer { title in
            _ = unsafe crypto_generichash(
                &bytes, bytes.count, secret, UInt64(secret.count), title.baseAddress, title.count)
        }
        key = DigestKey(bytes)
        unsafe sodium_memzero(&bytes, bytes.count)
    }

    /// A guess from a place at an account.
    func guess(account: String, place: String, hasNetwork: Bool, mayBecomeKnown: Bool) -> SharedGuess {
        let pair = key.digest(.accountFromNetwork) {
            $0.add(account)
            $0.add(place)
        }.hexadecimal
        return SharedGuess(
            pair: pair, account: hasNetwork ? key.digest(.account) { $0.add(account) }.hexadecimal : nil,
            network: hasNetwork ? key.digest(.network) { $0.add(place) }.hexadecimal : nil,
            known: mayBecomeKnown ? pair : nil)
    }

    /// What tells all who have the secret, and nobody else can make, that a network is known to an account.
    ///
    /// - Parameter minute: When it is known no longer, in minutes since 1970.
    func mark(_ pair: String, until minute: UInt32) -> String {
        let proof = key.digest(.sharedKnown) {
            $0.add(pair)
            $0.add(number: UInt64(minute))
        }
        return "\(minute):\(proof.hexadecimal)"
    }

    /// Until when a network is known to an account, in minutes since 1970; nil if the mark is not ours, or another's.
    func end(of mark: String, _ pair: String) -> UInt32? {
        guard let text = mark.split(separator: ":", maxSplits: 1).first, let minute = UInt32(text),
            isEqualInConstantTime(Array(mark.utf8), Array(self.mark(pair, until: minute).utf8))
        else { return nil }
        return minute
    }
}

extension Digest {
    fileprivate var hexadecimal: String {
        [high, low].map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
