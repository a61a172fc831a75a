/// What sentinels say of where the primary is. A value.
///
/// One that is cut off from the others goes on naming the server that it was cut off with, and one that lies names its own: so
/// that is believed what more than half of all say, and nothing where so many do not answer.
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
    var majority: RedisAddress? {
        answers.compactMap(\.self).first { server in answers.count { $0 == server } * 2 > count }
    }
}
