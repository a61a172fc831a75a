package import AuditCore
internal import Locks

/// Why what was remembered cannot be read.
package struct AlarmMemoryError: Error, CustomStringConvertible, Equatable {
    /// For people: `line 17 cannot be read`.
    package let description: String

    init(_ text: String) { description = text }
}

extension AlarmMemory {
    /// Reads what ``text`` wrote: all of it, or nothing.
    ///
    /// Of more than the bounds what was used longest ago is left out; times that lie ahead count as now.
    ///
    /// - Throws: ``AlarmMemoryError`` for anything that ``text`` does not write: another title, a line cut off, a sum that is
    ///   not that of the lines, a number, name or list out of bounds.
    /// - Complexity: Linear.
    package init(reading bytes: [UInt8], bounds: Bounds = Bounds(), now: Timestamp) throws(AlarmMemoryError) {
        self.init(bounds)
        let lines = try MemoryFrame.lines(of: bytes, title: Self.title)
        var reader = MemoryReader(now: now)
        do throws(MemoryFault) {
            for line in lines { try reader.take(line, &self) }
            reader.finish(&self)
        } catch {
            throw AlarmMemoryError("line \(reader.count + 2) cannot be read")
        }
    }
}

/// Puts lines together.
private struct MemoryReader {
    let now: Timestamp
    var count = 0
    private var id: Int64?
    private var history = PasswordHistory()

    init(now: Timestamp) { self.now = now }

    mutating func take(_ bytes: ArraySlice<UInt8>, _ memory: inout AlarmMemory) throws(MemoryFault) {
        var line = MemoryLine(bytes)
        switch line.name {
        case UInt8(ascii: "O"): try asNumber(&line, &memory)
        case UInt8(ascii: "U"): try user(&line, &memory)
        case UInt8(ascii: "N"): try news(&line, &memory)
        case UInt8(ascii: "T"): try town(&line, &memory)
        case UInt8(ascii: "E"): try arrival(&line, &memory)
        case UInt8(ascii: "P"):
            finish(&memory)
            id = try line.number(in: Int64.min...Int64.max)
            (history.first, history.saidMany) = (try line.time(now), try line.time(now))
            (history.saidRevoked, history.tries) = (try line.time(now), Int(try line.number(in: 0...1 << 40)))
        case UInt8(ascii: "C"):
            try check(history.countries.count < PasswordHistory.mostCountries)
            history.countries.append(try line.habit(try line.country(), now))
        case UInt8(ascii: "A"):
            try check(history.asNumbers.count < PasswordHistory.mostASNumbers)
            var habit = try line.habit(UInt32(try line.number(in: 0...Int64(UInt32.max))), now)
            habit.point = try line.point()
            history.asNumbers.append(habit)
        case UInt8(ascii: "V"):
            try check(history.visits.count < PasswordHistory.mostVisits)
            history.visits.append(try line.visit(now))
        case UInt8(ascii: "S"):
            try check(history.said.count < PasswordHistory.mostSaid)
            history.said.append(PasswordHistory.Said(pair: try line.digest(), time: try line.someTime(now)))
        case UInt8(ascii: "J"):
            try check(history.journey == nil)
            let (country, time) = (try line.country(), try line.someTime(now))
            history.journey = PasswordHistory.Habit(value: country, first: time, last: time)
        case UInt8(ascii: "B"):
            finish(&memory)
            guard memory.suspensions.count < AlarmRules.mostSuspensions else { throw MemoryFault() }
            memory.suspensions.append(try line.someTime(now))
        default: throw MemoryFault()
        }
        guard line.isAtEnd else { throw MemoryFault() }
        count += 1
    }

    /// Keeps the password that was read last.
    mutating func finish(_ memory: inout AlarmMemory) {
        guard let id else { return }
        let read = history
        memory.passwords.use(id, new: read) { $0 = read }
        (self.id, history) = (nil, PasswordHistory())
    }

    /// What belongs to a password stands below one.
    private func check(_ condition: Bool) throws(MemoryFault) {
        guard id != nil, condition else { throw MemoryFault() }
    }

    private func asNumber(_ line: inout MemoryLine, _ memory: inout AlarmMemory) throws(MemoryFault) {
        guard id == nil else { throw MemoryFault() }
        let number = UInt32(try line.number(in: 0...Int64(UInt32.max)))
        var history = AlarmMemory.ASHistory(name: try line.text(most: 1000), users: [])
        while !line.isAtEnd {
            guard history.users.count < AlarmMemory.mostUsersOfAS else { throw MemoryFault() }
            history.users.append(try line.digest())
        }
        let read = history
        memory.asNumbers.use(number, new: read) { $0 = read }
    }

    /// What was said of a user, who stands above.
    private func news(_ line: inout MemoryLine, _ memory: inout AlarmMemory) throws(MemoryFault) {
        let user = try line.digest()
        let news = AlarmMemory.UserHistory.Use(network: try line.digest(), time: try line.someTime(now))
        guard id == nil, let known = memory.users[user], known.news.count < AlarmMemory.mostNews else {
            throw MemoryFault()
        }
        memory.users.use(user, new: known) { $0.news.append(news) }
    }

    /// Where a user was, who stands above.
    private func town(_ line: inout MemoryLine, _ memory: inout AlarmMemory) throws(MemoryFault) {
        let (user, time) = (try line.digest(), try line.someTime(now))
        guard id == nil, let point = try line.point(), let known = memory.users[user],
            known.whereabouts.towns.count < Whereabouts.mostTowns
        else { throw MemoryFault() }
        let told = line.isAtEnd ? nil : try line.someTime(now)
        memory.users.use(user, new: known) {
            $0.whereabouts.towns.append(Whereabouts.Town(point: point, time: time, told: told))
        }
    }

    /// Where a user, who stands above, has arrived.
    private func arrival(_ line: inout MemoryLine, _ memory: inout AlarmMemory) throws(MemoryFault) {
        let (user, password) = (try line.digest(), try line.number(in: Int64.min...Int64.max))
        guard let service = try line.text(most: 1000) else { throw MemoryFault() }
        let arrival = Whereabouts.Arrival(visit: try line.visit(now), passwordID: password, service: service)
        guard id == nil, let known = memory.users[user], known.whereabouts.arrivals.count < Whereabouts.mostArrivals
        else { throw MemoryFault() }
        memory.users.use(user, new: known) { $0.whereabouts.arrivals.append(arrival) }
    }

    private func user(_ line: inout MemoryLine, _ memory: inout AlarmMemory) throws(MemoryFault) {
        guard id == nil else { throw MemoryFault() }
        let digest = try line.digest()
        var history = AlarmMemory.UserHistory(networks: [], saidMany: try line.time(now))
        while !line.isAtEnd {
            guard history.networks.count < AlarmRules.mostNetworks else { throw MemoryFault() }
            history.networks.append(
                AlarmMemory.UserHistory.Use(network: try line.digest(), time: try line.someTime(now)))
        }
        let read = history
        memory.users.use(digest, new: read) { $0 = read }
    }
}
