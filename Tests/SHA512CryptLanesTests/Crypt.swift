import TestKit

internal import CCrypt

/// What libcrypt says: the reference.
enum Crypt {
    /// `crypt_rn(password, setting)`; nil if it refuses. Both end at a NUL if they have one.
    static func hash(_ password: [UInt8], _ setting: [UInt8]) -> String? {
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer { unsafe data.deallocate() }
        unsafe data.initialize(to: crypt_data())
        let size = CInt(MemoryLayout<crypt_data>.size)
        let (phrase, setting) = (
            (password + [0]).map(CChar.init(bitPattern:)), (setting + [0]).map(CChar.init(bitPattern:))
        )
        guard let output = unsafe crypt_rn(phrase, setting, data, size) else { return nil }
        return unsafe String(cString: output)
    }

    static func hash(_ password: [UInt8], _ setting: String) -> String? { hash(password, Array(setting.utf8)) }

    /// `crypt_rn(password, stored) == stored`.
    static func verify(_ password: [UInt8], _ stored: [UInt8]) -> Bool {
        hash(password, stored).map { Array($0.utf8) } == stored
    }
}

extension SeededNumbers {
    /// A password without NUL.
    mutating func password(_ length: Int) -> [UInt8] {
        (0..<length).map { _ in UInt8.random(in: 1...255, using: &self) }
    }

    /// Characters that libxcrypt takes in a salt.
    mutating func salt(_ length: Int) -> String {
        let characters = (0x22...0x7E).map { Character(Unicode.Scalar($0)) }.filter { !#"$*:;\"#.contains($0) }
        return String((0..<length).compactMap { _ in characters.randomElement(using: &self) })
    }
}
