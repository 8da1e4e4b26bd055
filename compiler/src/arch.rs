//! The arches: what a program has to know of the target it is for.

use crate::data::Table;

/// What a number's upper bits mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    /// Nothing: every number is the arch's own.
    Plain,
    /// x86_64: [`X32_BIT`] set means an x32 call, which reports the same audit arch.
    WithoutX32Bit,
    /// x32: [`X32_BIT`] clear means an x86_64 call.
    WithX32Bit,
}

/// `__X32_SYSCALL_BIT`, asm/unistd.h.
pub const X32_BIT: u32 = 0x4000_0000;

/// The x32 calls that kernels before 5.4 also took without [`X32_BIT`] (commit 6365b842aae4).
pub const X32_WITHOUT_BIT: core::ops::RangeInclusive<u32> = 512..=547;

/// The number with which a tracer makes the kernel skip a call: no call at all.
pub const NO_CALL: u32 = u32::MAX;

/// A target.
#[derive(PartialEq, Eq, Debug)]
pub struct Arch {
    /// Its own name, unique among [`ARCHES`].
    pub name: &'static str,
    /// Its syscall table, whose name is what users write.
    pub table: Table,
    /// What the kernel reports in `seccomp_data.arch` (`AUDIT_ARCH_…`, linux/audit.h).
    pub audit: u32,
    /// The bits of a `long`.
    pub bits: u8,
    /// Whether the upper half of a 64-bit value comes first.
    pub big_endian: bool,
    /// What a number's upper bits mean.
    pub numbers: Numbers,
    /// The errno of a number that the kernel doesn't have.
    pub enosys: u32,
    /// The predicates of `cfg(all(…))` that single the target out among those with a Linux kernel.
    pub cfg: &'static str,
}

/// ENOSYS of asm-generic/errno.h.
const ENOSYS: u32 = 38;
/// ENOSYS of arch/mips/include/uapi/asm/errno.h.
const ENOSYS_MIPS: u32 = 89;

macro_rules! arches {
    ($($name:literal $table:ident $audit:literal $bits:literal $end:ident $numbers:ident $enosys:ident $cfg:literal;)*) => {
        /// Every arch that a policy is compiled for.
        pub static ARCHES: &[Arch] = &[$(Arch {
            name: $name,
            table: Table::$table,
            audit: $audit,
            bits: $bits,
            big_endian: arches!($end),
            numbers: Numbers::$numbers,
            enosys: $enosys,
            cfg: $cfg,
        }),*];
    };
    (little) => { false };
    (big) => { true };
}

// The audit arches of big-endian aarch64 and arm have the little-endian bit set: what the kernel reports, not
// what the macro's name would say (compiler/data/syscalls/arches.tsv).
arches! {
    "x86_64"      X86_64      0xc000_003e 64 little WithoutX32Bit ENOSYS
        r#"target_arch = "x86_64", target_pointer_width = "64""#;
    "x32"         X32         0xc000_003e 32 little WithX32Bit ENOSYS
        r#"target_arch = "x86_64", target_pointer_width = "32""#;
    "i686"        I386        0x4000_0003 32 little Plain ENOSYS
        r#"target_arch = "x86""#;
    "aarch64"     Aarch64     0xc000_00b7 64 little Plain ENOSYS
        r#"target_arch = "aarch64", target_pointer_width = "64", target_endian = "little""#;
    "aarch64_be"  Aarch64     0xc000_00b7 64 big    Plain ENOSYS
        r#"target_arch = "aarch64", target_pointer_width = "64", target_endian = "big""#;
    "arm"         Arm         0x4000_0028 32 little Plain ENOSYS
        r#"target_arch = "arm", target_endian = "little""#;
    "armeb"       Arm         0x4000_0028 32 big    Plain ENOSYS
        r#"target_arch = "arm", target_endian = "big""#;
    "riscv64"     Riscv64     0xc000_00f3 64 little Plain ENOSYS
        r#"target_arch = "riscv64""#;
    "riscv32"     Riscv32     0x4000_00f3 32 little Plain ENOSYS
        r#"target_arch = "riscv32""#;
    "loongarch64" Loongarch64 0xc000_0102 64 little Plain ENOSYS
        r#"target_arch = "loongarch64""#;
    "s390x"       S390x       0x8000_0016 64 big    Plain ENOSYS
        r#"target_arch = "s390x""#;
    "powerpc64le" Powerpc64   0xc000_0015 64 little Plain ENOSYS
        r#"target_arch = "powerpc64", target_endian = "little""#;
    "powerpc64"   Powerpc64   0x8000_0015 64 big    Plain ENOSYS
        r#"target_arch = "powerpc64", target_endian = "big""#;
    "powerpc"     Powerpc     0x0000_0014 32 big    Plain ENOSYS
        r#"target_arch = "powerpc""#;
    "mips64el"    Mips64      0xc000_0008 64 little Plain ENOSYS_MIPS
        r#"any(target_arch = "mips64", target_arch = "mips64r6"), target_endian = "little""#;
    "mips64"      Mips64      0x8000_0008 64 big    Plain ENOSYS_MIPS
        r#"any(target_arch = "mips64", target_arch = "mips64r6"), target_endian = "big""#;
    "mipsel"      Mips        0x4000_0008 32 little Plain ENOSYS_MIPS
        r#"any(target_arch = "mips", target_arch = "mips32r6"), target_endian = "little""#;
    "mips"        Mips        0x0000_0008 32 big    Plain ENOSYS_MIPS
        r#"any(target_arch = "mips", target_arch = "mips32r6"), target_endian = "big""#;
}

impl Arch {
    /// Whether a call with this number is one of another ABI that reports the same audit arch. What has [`X32_BIT`] and is still no x32 call
    /// is a call of no ABI: foreign too, which saves a test.
    pub fn is_foreign(&self, number: u32) -> bool {
        let foreign = match self.numbers {
            Numbers::Plain => false,
            Numbers::WithoutX32Bit => number >= X32_BIT,
            Numbers::WithX32Bit => number < X32_BIT,
        };
        foreign && number != NO_CALL
    }

    /// The arch with this name.
    pub fn from_name(name: &str) -> Option<&'static Arch> {
        ARCHES.iter().find(|arch| arch.name == name)
    }

    /// The first arch with this table.
    pub(crate) fn with_table(table: Table) -> Option<&'static Arch> {
        ARCHES.iter().find(|arch| arch.table == table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// `arches.tsv` is the source; sparc64 has no filter mode, m68k and n32 no Rust target with one.
    #[test]
    fn arches_agree_with_the_data() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/syscalls/arches.tsv");
        let text = std::fs::read_to_string(path).unwrap();
        let mut rows = 0;
        for row in text.lines().filter(|line| !line.starts_with('#')) {
            let cell: Vec<&str> = row.split('\t').collect();
            let table = match cell[0] {
                "m68k" | "mips64n32" | "sparc64" => continue,
                "i386" => "i686",
                other => other,
            };
            let audit = u32::from_str_radix(cell[2].trim_start_matches("0x"), 16).unwrap();
            let found = ARCHES
                .iter()
                .filter(|a| a.table.name() == table && a.big_endian == (cell[4] == "big"))
                .collect::<Vec<_>>();
            assert_eq!(found.len(), 1, "{row}");
            assert_eq!(found[0].audit, audit, "{row}");
            assert_eq!(found[0].bits.to_string(), cell[3], "{row}");
            rows += 1;
        }
        assert_eq!(rows, ARCHES.len());
    }
}
