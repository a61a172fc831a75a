import Foundation

/// Three private MariaDB servers that are one Galera cluster on loopback.
///
/// A node that was killed is started again with ``startAgain(_:)``; not the first, which would found a cluster of its own.
public final class GaleraCluster: Sendable {
    /// The nodes, in the order in which they joined.
    public let nodes: [MariaDBServer]

    /// Whether there is all that it takes, which Debian installs with mariadb-server; in CI it has to be.
    public static let canRun =
        InstalledServers.mariadb && InstalledServers.has("rsync")
        && (FileManager.default.fileExists(atPath: provider) || ProcessInfo.processInfo.environment["CI"] == "true")
    /// What a skipped suite says.
    public static let missing = "Galera tests are skipped: apt-get install mariadb-server galera-4 rsync iproute2"

    private static let provider = "/usr/lib/galera/libgalera_smm.so"

    /// Starts three nodes with the same data, and waits until each has all of it.
    ///
    /// - Parameter fill: Runs statements in the server that the nodes are copies of.
    public init(fill: (MariaDBServer) async throws -> Void) async throws {
        let seed = try await MariaDBServer(
            options: try Self.options("seed", at: try freePort(), joining: "") + ["--wsrep-new-cluster"])
        try await fill(seed)
        // Its last position is written down only so.
        try await seed.process.stop()
        var nodes: [MariaDBServer] = []
        let first = try freePort()
        for number in 0..<3 {
            let options = try Self.options(
                "node\(number)", at: number == 0 ? first : try freePort(),
                joining: number == 0 ? "" : "127.0.0.1:\(first)")
            nodes.append(
                try await MariaDBServer(
                    copying: seed.data, options: options + (number == 0 ? ["--wsrep-new-cluster"] : [])
                ) { (try? await Self.isSynced($0)) == true })
        }
        self.nodes = nodes
    }

    /// Lets nothing of the cluster reach a node, nor anything of it the cluster: as if its packets were dropped.
    public func cutOff(_ node: MariaDBServer) async throws {
        try await node.sql("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'")
    }

    /// Lets a node back in, and waits until it has what it missed.
    public func letIn(_ node: MariaDBServer) async throws {
        try await node.sql("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'")
        try await waitForSync(node)
    }

    /// Starts a node that was killed, with the position that its data have, as Debian's unit does: it gets what it has missed.
    public func startAgain(_ node: MariaDBServer) async throws {
        let log = node.data + "/../recovery.log"
        _ = try await Command.run([
            "mariadbd", "--no-defaults", "--datadir=\(node.data)", "--socket=\(node.socket).recovery",
            "--user=\(MariaDBServer.user)", "--pid-file=\(node.data)/../recovery.pid", "--skip-networking",
            "--innodb-log-file-size=4M", "--wsrep-on=ON", "--wsrep-provider=\(Self.provider)", "--binlog-format=ROW",
            "--innodb-autoinc-lock-mode=2", "--wsrep-cluster-address=gcomm://", "--wsrep-recover", "--log-error=\(log)",
        ])
        let text = try String(contentsOfFile: log, encoding: .utf8)
        guard let match = text.firstMatch(of: #/Recovered position: ?([0-9a-f-]{36}):(\d+)/#) else {
            throw ServerError("a node of Galera has no position: \(text.suffix(2000))")
        }
        let state =
            "# GALERA saved state\nversion: 2.1\nuuid:    \(match.1)\nseqno:   \(match.2)\nsafe_to_bootstrap: 0\n"
        try state.write(toFile: node.data + "/grastate.dat", atomically: false, encoding: .utf8)
        try await node.process.start()
        try await waitForSync(node)
    }

    /// Waits until a node belongs to the majority and has all that the others have.
    public func waitForSync(_ node: MariaDBServer) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !Self.isSynced(node) {
            guard ContinuousClock.now < deadline else { throw ServerError("waited 60 s for a node of Galera") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Waits until a node has noticed that it hears too few of the others.
    public func waitForLostMajority(_ node: MariaDBServer) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !node.sql("SHOW STATUS LIKE 'wsrep_cluster_status'").contains("non-Primary") {
            guard ContinuousClock.now < deadline else { throw ServerError("waited 60 s for Galera to lose a node") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func isSynced(_ node: MariaDBServer) async throws -> Bool {
        let states = try await node.sql(
            "SHOW STATUS WHERE Variable_name IN ('wsrep_local_state_comment', 'wsrep_ready', 'wsrep_cluster_status')")
        return ["Synced", "ON", "Primary"].allSatisfy { states.contains("\t\($0)\n") }
    }

    private static func options(_ name: String, at port: UInt16, joining other: String) throws -> [String] {
        [
            "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON", "--wsrep-provider=\(provider)",
            "--wsrep-cluster-name=tests", "--wsrep-node-name=\(name)", "--wsrep-node-address=127.0.0.1",
            "--wsrep-cluster-address=gcomm://\(other)", "--wsrep-sst-method=rsync",
            "--wsrep-sst-receive-address=127.0.0.1:\(try freePort())",
            "--wsrep-provider-options=base_port=\(port);gmcast.listen_addr=tcp://127.0.0.1:\(port);"
                + "ist.recv_addr=127.0.0.1:\(try freePort());gcache.size=16M;pc.recovery=false;"
                + "evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT6S",
        ]
    }
}
