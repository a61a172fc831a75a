/// How many gatherings are under way, and for whom: an account has a share, so that its many networks leave room for the
/// logins of others.
struct GatheringRoom {
    private let bound: Int
    private let share: Int
    private var count = 0
    private var accounts: [String: Int] = [:]

    /// - Parameter bound: How many gatherings may be under way.
    init(bound: Int) { (self.bound, share) = (bound, max(1, bound / 16)) }

    /// Takes a gathering in, if there is room for it.
    mutating func enter(_ account: String?) -> Bool {
        guard count < bound else { return false }
        if let account {
            guard accounts[account, default: 0] < share else { return false }
            accounts[account, default: 0] += 1
        }
        count += 1
        return true
    }

    /// Lets one go that was taken in.
    mutating func leave(_ account: String?) {
        count -= 1
        guard let account, let left = accounts[account] else { return }
        accounts[account] = left > 1 ? left - 1 : nil
    }
}
