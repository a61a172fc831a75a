package import AuditCore
internal import Locks
package import PasswordSchemes
package import RedisClient

/// Counts guesses in Redis: sliding counts by keyed digests, one script and one round trip for each guess.
///
/// Time is the server's, so that nodes need not agree on theirs. What makes a network known is only carried, as it proves
/// itself. Keys live for two windows, what makes a network known for ``GuessLimits/knownFor``.
package final class RedisGuesses: GuessSharing, Sendable {
    private let client: RedisClient
    private let limits: GuessLimits
    private let changed: @Sendable (LookupError?) -> Void
    private let state = Mutex((isWell: true, counts: Counts()))

    /// What has become of the guesses that were not known to be a known client's.
    package struct Counts: Sendable, Hashable {
        /// Those that all servers have decided about together.
        package var together = 0
        /// Those that this server has decided about alone, as nothing was heard in time.
        package var alone = 0
    }

    /// - Parameters:
    ///   - client: Waits no longer than a login may.
    ///   - limits: As of the verifier.
    ///   - changed: Told when guesses are not counted together any more, and why; and when they are again.
    package init(_ client: RedisClient, _ limits: GuessLimits, changed: @escaping @Sendable (LookupError?) -> Void) {
        (self.client, self.limits, self.changed) = (client, limits, changed)
    }

    /// Whether guesses were counted together when that was last tried.
    package var isShared: Bool { state.withLock { $0.isWell } }

    /// How many guesses were counted together so far, and how many were not.
    package var counts: Counts { state.withLock { $0.counts } }

    /// Does everything once that counting together takes, with keys that are nobody's and gone after a second: for who
    /// wants to know whether the server lets us.
    ///
    /// - Parameter channel: Where an empty message is published, too.
    /// - Throws: ``LookupError`` with the server's word.
    package func rehearse(telling channel: String) async throws(LookupError) {
        let guess = SharedGuess(pair: "rehearsal", account: "rehearsal", network: "rehearsal", known: "rehearsal")
        var brief = limits
        (brief.window, brief.knownFor) = (.seconds(1), .seconds(1))
        let replies = try await client.send([
            admission(of: guess, brief), takingBack(of: guess, brief, mark: "rehearsal"),
            RedisCommand("PUBLISH", channel, ""),
        ])
        for case .error(let word) in replies { throw LookupError(.unreachable, detail: "redis: \(word)") }
    }

    /// Runs the script, and waits for what it says.
    package func admit(_ guess: SharedGuess) async -> SharedAdmission? {
        do throws(LookupError) {
            let reply = try await client.send([admission(of: guess, limits)]).first
            if case .error(let word) = reply { throw LookupError(.unreachable, detail: "redis: \(word)") }
            guard let parts = reply?.elements, parts.count == 2, let verdict = parts[0].number,
                (0...3).contains(verdict), let mark = parts[1].content
            else { throw LookupError(.malformed, detail: "redis: the script's answer is none") }
            note(nil)
            let limit: GuessLimit? = [nil, .network, .account, .knownNetwork][Int(verdict)]
            return SharedAdmission(limit: limit, mark: mark.isEmpty ? nil : String(decoding: mark, as: UTF8.self))
        } catch {
            note(error)
            return nil
        }
    }

    /// Runs the script.
    package func count(_ guess: SharedGuess) { client.post([admission(of: guess, limits)], mayRepeat: true) }

    /// Runs the other script.
    package func takeBack(_ guess: SharedGuess, mark: String?) {
        // Twice would take another guess back, too.
        client.post([takingBack(of: guess, limits, mark: guess.known == nil ? nil : mark)], mayRepeat: false)
    }

    /// Writes a key.
    package func learn(_ guess: SharedGuess, mark: String) {
        guard let known = guess.known else { return }
        let lifetime = "\(Self.milliseconds(limits.knownFor))"
        client.post([RedisCommand("SET", "dw:g:k:\(known)", mark, "PX", lifetime)], mayRepeat: true)
    }

    private func takingBack(of guess: SharedGuess, _ limits: GuessLimits, mark: String?) -> RedisCommand {
        let numbers = [Self.milliseconds(limits.window), Self.milliseconds(limits.knownFor)].map { "\($0)" }
        return command(Self.takingBack, guess, numbers + [mark ?? ""])
    }

    private func admission(of guess: SharedGuess, _ limits: GuessLimits) -> RedisCommand {
        command(
            Self.admission, guess,
            [
                Self.milliseconds(limits.window), limits.perNetwork, limits.perAccount,
                max(1, limits.perAccountAndNetwork), limits.perKnownNetwork, guess.isKnownHere ? 1 : 0,
            ].map { "\($0)" })
    }

    private func command(_ script: String, _ guess: SharedGuess, _ arguments: [String]) -> RedisCommand {
        func key(_ kind: String, _ digest: String?) -> String { digest.map { "dw:g:\(kind):\($0)" } ?? Self.none }
        let keys = [
            key("p", guess.pair), key("n", guess.network), key("a", guess.account), key("k", guess.known),
        ]
        return RedisCommand(words: (["EVAL", script, "4"] + keys + arguments).map { Array($0.utf8) })
    }

    private func note(_ trouble: LookupError?) {
        let isNews = state.withLock { state in
            defer { state.isWell = trouble == nil }
            if trouble == nil { state.counts.together += 1 } else { state.counts.alone += 1 }
            return state.isWell != (trouble == nil)
        }
        if isNews { changed(trouble) }
    }

    private static func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }

    /// Stands for a key that a guess does not have.
    private static let none = "dw:g:none"

    /// What both begin with: the server's time, and the slot of the window, as `SlidingCount` has it.
    private static let beginning = """
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        local w = tonumber(ARGV[1])
        local slot = math.floor(now / w)
        local none = '\(none)'

        """

    private static let admission =
        beginning + """
            local rest = 1 - (now - slot * w) / w
            local function reached(limit, key)
              limit = tonumber(limit)
              if limit == 0 then return false end
              local v = redis.call('HMGET', key, slot, slot - 1)
              return (tonumber(v[1]) or 0) + (tonumber(v[2]) or 0) * rest >= limit
            end
            local function add(key)
              if key == none then return end
              redis.call('HINCRBY', key, slot, 1)
              redis.call('HDEL', key, slot - 2, slot - 3)
              redis.call('PEXPIRE', key, 2 * w)
            end
            local mark = ''
            if KEYS[4] ~= none then
              mark = redis.pcall('GETRANGE', KEYS[4], 0, 63)
              if type(mark) ~= 'string' then mark = '' end
            end
            local verdict = 0
            if KEYS[4] ~= none and (ARGV[6] == '1' or mark ~= '') then
              if reached(ARGV[5], KEYS[1]) then verdict = 3 end
            elseif KEYS[2] == none then
              if reached(ARGV[3], KEYS[1]) then verdict = 2 end
            elseif reached(ARGV[4], KEYS[1]) then
              if reached(ARGV[2], KEYS[2]) then verdict = 1
              elseif reached(ARGV[3], KEYS[3]) then verdict = 2 end
            end
            if verdict == 0 then for i = 1, 3 do add(KEYS[i]) end end
            return {verdict, mark}
            """

    private static let takingBack =
        beginning + """
            local function less(key)
              if key == none then return end
              local n = redis.call('HINCRBY', key, slot, -1)
              if n < 0 then
                redis.call('HSET', key, slot, 0)
                if redis.call('HINCRBY', key, slot - 1, n) < 0 then redis.call('HDEL', key, slot - 1) end
              end
              redis.call('PEXPIRE', key, 2 * w)
            end
            for i = 1, 3 do less(KEYS[i]) end
            local lifetime = tonumber(ARGV[2])
            if ARGV[3] ~= '' and lifetime > 0 then redis.call('SET', KEYS[4], ARGV[3], 'PX', lifetime) end
            return 1
            """
}
