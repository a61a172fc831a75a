/// Looks an address up in local geographic databases.
public protocol GeoSource: Sendable {
    /// Looks an address up.
    ///
    /// - Returns: `.absent` if no database knows the address.
    /// - Complexity: A few microseconds; touches memory-mapped pages only, waits for nobody.
    func place(of address: IPAddress) -> Sourced<GeoFacts>
}
