/// Handles of a network's entities in the order in which they were read, each once; as many as an answer has room for.
package struct EntityHandles {
    /// The handles, trimmed.
    package private(set) var list: [String] = []
    private var seen: Set<String> = []

    /// None yet.
    package init() {}

    /// Adds a handle, unless it is empty or known already.
    package mutating func add(_ text: some StringProtocol) {
        guard let handle = ForeignText.value(text), seen.insert(handle).inserted else { return }
        list.append(handle)
    }
}
