/// Says which promise of a port its adapter does not keep.
public struct ContractViolation: Error, CustomStringConvertible {
    /// The promise and what was found.
    public let description: String

    /// Fails unless both are equal.
    static func unless<Value: Equatable>(_ found: Value, is expected: Value, _ promise: String) throws {
        guard found == expected else {
            throw ContractViolation(description: "\(promise): found \(found), expected \(expected)")
        }
    }
}
