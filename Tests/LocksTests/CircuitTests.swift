import Locks
import Testing

struct CircuitTests {
    private let start = ContinuousClock.now
    private let circuit = Circuit(firstPause: .milliseconds(100), longestPause: .milliseconds(300))

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test func `everybody may ask until a failure`() {
        #expect(circuit.admits(at: at(0)))
        #expect(circuit.admits(at: at(0)))
        circuit.failed(at: at(0), begunAt: at(0))
        #expect(!circuit.admits(at: at(99)))
    }

    @Test func `after a pause one may try, and the others wait for another pause`() {
        circuit.failed(at: at(0), begunAt: at(0))
        #expect(circuit.admits(at: at(100)))
        #expect(!circuit.admits(at: at(100)))
        #expect(!circuit.admits(at: at(199)))
        #expect(circuit.admits(at: at(200)))  // the first has not been heard of
    }

    @Test func `each try that fails doubles the pause, up to the longest`() {
        circuit.failed(at: at(0), begunAt: at(0))
        var now = 100
        for pause in [200, 300, 300] {
            #expect(circuit.admits(at: at(now)))
            circuit.failed(at: at(now), begunAt: at(now))
            #expect(!circuit.admits(at: at(now + pause - 1)))
            now += pause
        }
    }

    @Test func `calls that fail during the pause do not make it longer`() {
        circuit.failed(at: at(0), begunAt: at(0))
        for time in 1..<50 { circuit.failed(at: at(time), begunAt: at(time)) }
        #expect(circuit.admits(at: at(100)))
    }

    @Test func `a success lets everybody through and forgets the pause`() {
        circuit.failed(at: at(0), begunAt: at(0))
        #expect(circuit.admits(at: at(100)))
        circuit.succeeded(at: at(100))
        #expect(circuit.admits(at: at(100)))
        #expect(circuit.admits(at: at(100)))
        circuit.failed(at: at(100), begunAt: at(100))
        #expect(circuit.admits(at: at(200)))
    }

    @Test func `a prompt no makes nobody wait, a slow one is a failure`() {
        circuit.refused(at: at(19), begunAt: at(0))
        #expect(circuit.isClosed)
        circuit.refused(at: at(50), begunAt: at(30))
        #expect(!circuit.isClosed)
        #expect(circuit.admits(at: at(150)))
        circuit.refused(at: at(151), begunAt: at(150))
        #expect(circuit.isClosed)
    }

    @Test func `calls begun before the last success say nothing about now`() {
        circuit.succeeded(at: at(10))
        circuit.failed(at: at(20), begunAt: at(5))
        #expect(circuit.isClosed)
        circuit.failed(at: at(30), begunAt: at(15))
        #expect(!circuit.isClosed)
    }
}
