/// What sentinels say of where the primary is. A value.
///
/// One that is cut off from the others goes on naming the server that it was cut off with: so that is believed what more than
/// half of them say; where so many do not answer, what most of those say that do.
struct SentinelVotes {
    private let count: Int
    private var answers: [RedisAddress?] = []

    /// - Parameter count: How many are asked.
    init(of count: Int) { self.count = count }

    /// Whether all have answered, or will not.
    var isComplete: Bool { answers.count >= count }

    /// Takes what one of them says; nil: nothing that is of use.
    mutating func take(_ answer: RedisAddress?) { answers.append(answer) }

    /// What more than half of all say.
    var majority: RedisAddress? { ranked.first { $0.votes * 2 > count }?.server }

    /// What most of those say that have answered; of several the one that was named first.
    var best: RedisAddress? { ranked.max { $0.votes < $1.votes }?.server }

    private var ranked: [(server: RedisAddress, votes: Int)] {
        var ranked: [(server: RedisAddress, votes: Int)] = []
        for case let server? in answers {
            if let index = ranked.firstIndex(where: { $0.server == server }) {
                ranked[index].votes += 1
            } else {
                ranked.append((server, 1))
            }
        }
        return ranked
    }
}
