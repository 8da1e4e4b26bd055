//! The record of a policy in a binary, as far as it is made at compile time. The runtime crate says how it is laid out.

/// FNV-1a, 32 bits: what the record's checksum takes for its text.
///
/// ```
/// assert_eq!(seccomptime_compiler::record::checksum(b"foobar"), 0xbf9c_f968);
/// ```
pub fn checksum(bytes: &[u8]) -> u32 {
    const START: u32 = 0x811c_9dc5;
    const PRIME: u32 = 0x0100_0193;
    bytes.iter().fold(START, |sum, &byte| {
        (sum ^ u32::from(byte)).wrapping_mul(PRIME)
    })
}
