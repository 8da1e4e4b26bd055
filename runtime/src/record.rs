//! The policy as a tool finds it in a binary: one static without pointers.
//!
//! All numbers are in the target's byte order. After the magic come, as 32-bit words: format version, length of the whole
//! record in bytes, checksum, audit arch, line, column, number of instructions, length of the file name, length of the policy
//! text, kind. Then the instructions (8 bytes each), the file name, the policy text. The checksum is FNV-1a in 64 bits, its halves
//! XORed, over numbers where that has bytes: the words from the audit arch to the kind, each instruction as
//! `code << 48 | jt << 40 | jf << 32 | k`, each byte of the file name, and the text's own FNV-1a (32 bits, over its bytes).

use crate::Instruction;

/// Marks a record. No text and no instruction stream holds it by chance: the first byte is no ASCII letter, the last are not text.
pub const MAGIC: [u8; 16] = *b"\x7fseccomptime\xff\x01\xfe\0";

/// The layout described above.
pub const FORMAT: u32 = 1;

/// Bytes before the instructions.
pub const HEADER: usize = 16 + 10 * 4;

/// How much the binary says about its policy: the setting `record`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum RecordKind {
    /// Everything.
    Full = 1,
    /// All but the policy's text.
    Minimal = 2,
    /// Nothing that can be found: no magic, no checksum. The instructions and the source line stay, the runtime needs them.
    None = 3,
}

/// Where a policy is written.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The source file.
    pub file: &'a str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// A policy in a binary: `N` instructions, a file name of `F` bytes and a policy text of `T` bytes.
#[repr(C)]
pub struct Record<const N: usize, const F: usize, const T: usize> {
    magic: [u8; 16],
    format: u32,
    length: u32,
    checksum: u32,
    pub(crate) audit_arch: u32,
    pub(crate) line: u32,
    pub(crate) column: u32,
    instruction_count: u32,
    file_length: u32,
    text_length: u32,
    kind: RecordKind,
    pub(crate) instructions: [Instruction; N],
    pub(crate) file: [u8; F],
    pub(crate) text: [u8; T],
}

impl<const N: usize, const F: usize, const T: usize> Record<N, F, T> {
    /// Makes the record.
    ///
    /// # Panics
    ///
    /// Where the length of the file's name isn't `F`, or the record would be longer than 4 GiB.
    #[must_use]
    pub const fn new(
        kind: RecordKind,
        audit_arch: u32,
        instructions: [Instruction; N],
        at: At<'_>,
        text: [u8; T],
        text_checksum: u32,
    ) -> Self {
        let mut record = Record {
            magic: MAGIC,
            format: FORMAT,
            length: word(HEADER + N * size_of::<Instruction>() + F + T),
            checksum: 0,
            audit_arch,
            line: at.line,
            column: at.column,
            instruction_count: word(N),
            file_length: word(F),
            text_length: word(T),
            kind,
            instructions,
            file: bytes(at.file),
            text,
        };
        if matches!(kind, RecordKind::None) {
            record.magic = [0; 16];
            record.format = 0;
            record.length = 0;
        } else {
            record.checksum = record.sum(text_checksum);
        }
        record
    }

    /// The checksum, for a text whose own is known. rustc evaluates this step by step: an instruction is one of them, and a call to make
    /// the step would cost as much again.
    const fn sum(&self, text: u32) -> u32 {
        let prime = FNV_PRIME;
        let head = [
            self.audit_arch,
            self.line,
            self.column,
            self.instruction_count,
            self.file_length,
            self.text_length,
            self.kind as u32,
        ];
        let mut sum = FNV_START;
        let mut i = 0;
        while i < head.len() {
            sum = ((sum ^ head[i] as u64) as u128 * prime) as u64;
            i += 1;
        }
        let mut i = 0;
        while i < N {
            let Instruction { code, jt, jf, k } = self.instructions[i];
            let number = (code as u64) << 48 | (jt as u64) << 40 | (jf as u64) << 32 | k as u64;
            sum = ((sum ^ number) as u128 * prime) as u64;
            i += 1;
        }
        let mut i = 0;
        while i < F {
            sum = ((sum ^ self.file[i] as u64) as u128 * prime) as u64;
            i += 1;
        }
        sum = ((sum ^ text as u64) as u128 * prime) as u64;
        (sum >> 32) as u32 ^ sum as u32
    }
}

/// Of FNV-1a in 64 bits: cheap where the compiler evaluates it, and enough to tell a record from chance.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
/// In 128 bits, in which no product overflows.
const FNV_PRIME: u128 = 0x0100_0000_01b3;

const fn word(length: usize) -> u32 {
    assert!(length <= u32::MAX as usize, "record too long");
    length as u32
}

const fn bytes<const L: usize>(text: &str) -> [u8; L] {
    let text = text.as_bytes();
    assert!(text.len() == L, "length of a record's text");
    let mut bytes = [0; L];
    let mut i = 0;
    while i < L {
        bytes[i] = text[i];
        i += 1;
    }
    bytes
}

/// What was a `str` before it was put into a record.
pub(crate) const fn text(bytes: &'static [u8]) -> &'static str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        // Can't happen: the bytes are those of a `str`.
        Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    const PROGRAM: [Instruction; 2] = [
        Instruction {
            code: 0x20,
            jt: 1,
            jf: 2,
            k: 0x0403_0201,
        },
        Instruction {
            code: 0x06,
            jt: 0,
            jf: 0,
            k: 0x7fff_0000,
        },
    ];

    type Example = Record<2, 11, 5>;

    /// What the record is told of its text, whatever that is.
    const TEXT_CHECKSUM: u32 = 0x89ab_cdef;

    const fn record(kind: RecordKind) -> Example {
        let text = *b"allow";
        let at = At {
            file: "src/main.rs",
            line: 3,
            column: 7,
        };
        Record::new(kind, 0xc000_003e, PROGRAM, at, text, TEXT_CHECKSUM)
    }

    // As an expansion has it: nothing of it is left to run time.
    static FULL: Example = record(RecordKind::Full);

    /// The record's bytes, as they lie in a binary, from its fields.
    fn bytes_of(record: &Example) -> Vec<u8> {
        let mut bytes = record.magic.to_vec();
        let header = [
            record.format,
            record.length,
            record.checksum,
            record.audit_arch,
            record.line,
            record.column,
            record.instruction_count,
            record.file_length,
            record.text_length,
            record.kind as u32,
        ];
        header
            .iter()
            .for_each(|word| bytes.extend(word.to_ne_bytes()));
        for Instruction { code, jt, jf, k } in record.instructions {
            bytes.extend(code.to_ne_bytes());
            bytes.extend([jt, jf]);
            bytes.extend(k.to_ne_bytes());
        }
        bytes.extend(record.file);
        bytes.extend(record.text);
        bytes
    }

    #[test]
    fn the_layout_is_what_the_module_says() {
        assert_eq!(std::mem::offset_of!(Example, magic), 0);
        assert_eq!(std::mem::offset_of!(Example, format), 16);
        assert_eq!(std::mem::offset_of!(Example, length), 20);
        assert_eq!(std::mem::offset_of!(Example, checksum), 24);
        assert_eq!(std::mem::offset_of!(Example, audit_arch), 28);
        assert_eq!(std::mem::offset_of!(Example, kind), 52);
        assert_eq!(std::mem::offset_of!(Example, instructions), HEADER);
        assert_eq!(std::mem::offset_of!(Example, file), HEADER + 16);
        assert_eq!(std::mem::offset_of!(Example, text), HEADER + 16 + 11);
        assert_eq!(align_of::<Example>(), 4, "the same on every arch");
        assert_eq!(size_of::<Instruction>(), 8, "struct sock_filter");
    }

    #[test]
    fn the_length_is_that_of_all_bytes() {
        let bytes = bytes_of(&FULL);
        assert_eq!(usize::try_from(FULL.length), Ok(bytes.len()));
        assert_eq!(size_of::<Example>(), bytes.len().next_multiple_of(4));
    }

    #[test]
    fn the_checksum_is_fnv_of_what_follows_it() {
        let bytes = bytes_of(&FULL);
        let (words, rest) = bytes[28..].split_at(HEADER - 28);
        let words = words.chunks_exact(4);
        let words = words.map(|word| u64::from(u32::from_ne_bytes(word.try_into().unwrap())));
        let instructions = [0x0020_0102_0403_0201, 0x0006_0000_7fff_0000];
        let file = &rest[PROGRAM.len() * size_of::<Instruction>()..][..FULL.file.len()];
        let numbers = words
            .chain(instructions)
            .chain(file.iter().map(|&byte| u64::from(byte)))
            .chain([u64::from(TEXT_CHECKSUM)]);
        assert_eq!(FULL.checksum, folded(fnv(numbers)));
        assert_eq!(
            fnv(b"foobar".map(u64::from).into_iter()),
            0x8594_4171_f739_67e8,
            "the published test value"
        );
    }

    fn fnv(numbers: impl Iterator<Item = u64>) -> u64 {
        numbers.fold(0xcbf2_9ce4_8422_2325, |sum, number| {
            (sum ^ number).wrapping_mul(0x0100_0000_01b3)
        })
    }

    fn folded(sum: u64) -> u32 {
        let [low, high] = [sum, sum >> 32].map(|half| u32::try_from(half & 0xffff_ffff).unwrap());
        low ^ high
    }

    /// Every change of one bit that an accident makes.
    #[test]
    fn the_checksum_tells_every_bit() {
        let sum = FULL.sum(TEXT_CHECKSUM);
        let mut changed = record(RecordKind::Full);
        for bit in 0..32 {
            changed.instructions[1].k ^= 1 << bit;
            assert_ne!(changed.sum(TEXT_CHECKSUM), sum, "bit {bit} of k");
            changed.instructions[1].k ^= 1 << bit;
            changed.line ^= 1 << bit;
            assert_ne!(changed.sum(TEXT_CHECKSUM), sum, "bit {bit} of the line");
            changed.line ^= 1 << bit;
            assert_ne!(changed.sum(TEXT_CHECKSUM ^ 1 << bit), sum);
        }
        for bit in 0..16 {
            changed.instructions[0].code ^= 1 << bit;
            assert_ne!(changed.sum(TEXT_CHECKSUM), sum, "bit {bit} of the code");
            changed.instructions[0].code ^= 1 << bit;
        }
        for bit in 0..8 {
            changed.instructions[0].jt ^= 1 << bit;
            assert_ne!(changed.sum(TEXT_CHECKSUM), sum, "bit {bit} of jt");
            changed.instructions[0].jt ^= 1 << bit;
            changed.instructions[0].jf ^= 1 << bit;
            assert_ne!(changed.sum(TEXT_CHECKSUM), sum, "bit {bit} of jf");
            changed.instructions[0].jf ^= 1 << bit;
        }
        assert_eq!(changed.sum(TEXT_CHECKSUM), sum);
    }

    #[test]
    fn what_is_found_is_what_was_written() {
        assert_eq!(text(&FULL.file), "src/main.rs");
        assert_eq!(text(&FULL.text), "allow");
        assert_eq!((FULL.line, FULL.column, FULL.magic), (3, 7, MAGIC));
        assert_eq!(FULL.instructions, PROGRAM);
    }

    #[test]
    fn no_record_is_not_found_and_still_a_program() {
        static NONE: Example = record(RecordKind::None);
        assert_eq!(
            (NONE.magic, NONE.format, NONE.length, NONE.checksum),
            ([0; 16], 0, 0, 0)
        );
        assert_eq!(NONE.instructions, PROGRAM);
        assert_eq!(text(&NONE.file), "src/main.rs");
    }
}
