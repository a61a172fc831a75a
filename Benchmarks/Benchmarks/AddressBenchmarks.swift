import AuditCore

func addressBenchmarks(_ suite: Suite) {
    suite.measure("address.parse.v4") { repeats in
        for _ in 0..<repeats { precondition(IPAddress("192.0.2.133") != nil) }
    }
    suite.measure("address.parse.v6") { repeats in
        for _ in 0..<repeats { precondition(IPAddress("2001:db8:1:2::33") != nil) }
    }
}
