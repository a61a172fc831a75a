/// What a fleet's logins ask of others and keep in memory: the tables that decide it, and nothing else.
///
/// It knows no time but that of the logins, and no chance: what is asked follows from who logs in where and when.
public struct FleetModel: Sendable {
    /// What was asked, all nodes together.
    public struct Counts: Sendable, Equatable {
        /// Logins, right and wrong.
        public var logins = 0
        /// Reads of app passwords in the database. Writing rows takes some more: a look at the youngest and an INSERT for each batch.
        public var queries = 0
        /// Rows of `log` that were written.
        public var rows = 0
        /// Commands that Redis was told, or ran in a script.
        public var commands = 0
        /// Networks that a registry was asked for.
        public var questions = 0
        /// Addresses whose names DNS was asked for.
        public var names = 0
        /// Passwords that were hashed.
        public var hashed = 0

        /// Nothing.
        public init() {}
    }

    /// Entries in memory, all nodes together.
    public struct Held: Sendable, Equatable {
        /// Right passwords.
        public var verified = 0
        /// Accounts whose passwords have an order.
        public var accounts = 0
        /// Networks that an account is known from.
        public var known = 0
        /// What registries have said.
        public var networks = 0
        /// What DNS has said.
        public var names = 0
        /// Uses that later ones are made one with.
        public var buckets = 0
    }

    private struct Use: Hashable {
        var account: Int
        var device: Int
        var address: Int
    }

    private struct Place: Hashable {
        var account: Int
        var network: Int
    }

    /// A use's row, and whether a later one waits to become another.
    private struct Bucket {
        var start: Double
        var latest: Double
        var isWaiting = false
    }

    private struct Node {
        var verified: BoundedTable<Int>
        var known: BoundedTable<Place>
        var networks: BoundedTable<Int>
        var names: BoundedTable<Int>
        var accounts: Set<Int> = []
        var buckets: [Use: Bucket] = [:]
    }

    private let settings: FleetSettings
    private var nodes: [Node]
    /// In Redis: until when an answer is fresh.
    private var networks: [Int: Double] = [:]
    private var names: [Int: Double] = [:]
    private var nextTidying = 0.0
    /// What was asked so far.
    public private(set) var counts = Counts()

    /// Nodes that have just been started.
    public init(_ settings: FleetSettings) {
        self.settings = settings
        let node = Node(
            verified: BoundedTable(capacity: settings.verifyCapacity),
            known: BoundedTable(capacity: settings.knownCapacity),
            networks: BoundedTable(capacity: settings.networksHeld), names: BoundedTable(capacity: settings.namesHeld))
        nodes = Array(repeating: node, count: settings.nodes)
    }

    /// Takes a login down; each is no earlier than the one before.
    public mutating func take(_ login: FleetLogin) {
        if login.time >= nextTidying {
            tidy(at: login.time)
            nextTidying = login.time + 60
        }
        counts.logins += 1
        counts.queries += 1
        guard !login.isGuess else {
            counts.hashed += 1
            counts.commands += FleetCosts.guessed
            return
        }
        verify(login)
        lookUpNetwork(login)
        lookUpNames(login)
        write(login)
    }

    /// Ends the day: what waits is written.
    public mutating func finish() {
        for index in nodes.indices {
            counts.rows += nodes[index].buckets.values.count { $0.isWaiting }
            nodes[index].buckets = [:]
        }
    }

    /// What is in memory now.
    public var held: Held {
        nodes.reduce(into: Held()) { held, node in
            held.verified += node.verified.count
            held.accounts += node.accounts.count
            held.known += node.known.count
            held.networks += node.networks.count
            held.names += node.names.count
            held.buckets += node.buckets.count
        }
    }

    private mutating func verify(_ login: FleetLogin) {
        let (password, now) = (login.account * settings.devices + login.device, login.time)
        if nodes[login.node].verified.end(of: password, at: now) == nil {
            counts.hashed += 1
            counts.commands += FleetCosts.hashed
            nodes[login.node].verified.set(password, until: now + settings.verifyLife)
        }
        let place = Place(account: login.account, network: login.network)
        if nodes[login.node].known.end(of: place, at: now) == nil {
            nodes[login.node].known.set(place, until: .infinity)
        }
        // As many as fit are kept; those beyond cost a hash more, which nothing here counts.
        if nodes[login.node].accounts.count < settings.verifyCapacity / 2 {
            nodes[login.node].accounts.insert(login.account)
        }
    }

    private mutating func lookUpNetwork(_ login: FleetLogin) {
        let now = login.time
        guard nodes[login.node].networks.end(of: login.network, at: now) == nil else { return }
        counts.commands += FleetCosts.networkRead
        if let end = networks[login.network], now < end {
            nodes[login.node].networks.set(login.network, until: min(end, now + settings.copyLife))
            return
        }
        counts.questions += 1
        counts.commands += FleetCosts.networkWritten + (settings.hasTokens ? FleetCosts.tokenTaken : 0)
        networks[login.network] = now + settings.freshFor
        nodes[login.node].networks.set(login.network, until: now + settings.freshFor)
    }

    private mutating func lookUpNames(_ login: FleetLogin) {
        let now = login.time
        guard nodes[login.node].names.end(of: login.address, at: now) == nil else { return }
        counts.commands += FleetCosts.namesRead
        if let end = names[login.address], now < end {
            nodes[login.node].names.set(login.address, until: end)
            return
        }
        counts.names += 1
        counts.commands += FleetCosts.namesWritten
        names[login.address] = now + settings.nameLife
        nodes[login.node].names.set(login.address, until: now + settings.nameLife)
    }

    /// As `LoginCoalescer` does.
    private mutating func write(_ login: FleetLogin) {
        let use = Use(account: login.account, device: login.device, address: login.address)
        let now = login.time
        guard var bucket = nodes[login.node].buckets[use] else {
            nodes[login.node].buckets[use] = Bucket(start: now, latest: now)
            counts.rows += 1
            return
        }
        let isReleased = bucket.isWaiting && now >= bucket.latest + settings.quiet
        if now >= bucket.start + settings.bucket || isReleased {
            if bucket.isWaiting { counts.rows += 1 }
            bucket = Bucket(start: now, latest: now)
            counts.rows += 1
        } else {
            (bucket.latest, bucket.isWaiting) = (now, true)
        }
        nodes[login.node].buckets[use] = bucket
    }

    /// Forgets what is over.
    private mutating func tidy(at now: Double) {
        for index in nodes.indices {
            let over = nodes[index].buckets.filter { now >= $0.value.start + settings.bucket }
            for (use, bucket) in over {
                if bucket.isWaiting { counts.rows += 1 }
                nodes[index].buckets[use] = nil
            }
            nodes[index].verified.tidy(at: now)
        }
    }
}
