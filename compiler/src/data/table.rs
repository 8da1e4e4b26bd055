//! The syscall tables.

/// A syscall table. Architectures that differ only in byte order share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// 64-bit x86.
    X86_64,
    /// 64-bit x86 with 32-bit pointers; its numbers carry the x32 bit.
    X32,
    /// 32-bit x86, `i686` in a policy.
    I386,
    /// 64-bit arm.
    Aarch64,
    /// 32-bit arm (EABI).
    Arm,
    /// 64-bit RISC-V.
    Riscv64,
    /// 32-bit RISC-V.
    Riscv32,
    /// 64-bit LoongArch.
    Loongarch64,
    /// 64-bit s390.
    S390x,
    /// 64-bit PowerPC.
    Powerpc64,
    /// 32-bit PowerPC.
    Powerpc,
    /// 64-bit MIPS (n64); its numbers start at 5000.
    Mips64,
    /// 32-bit MIPS (o32); its numbers start at 4000.
    Mips,
}

impl Table {
    /// How many there are.
    pub const COUNT: usize = Table::ALL.len();

    /// All of them, in the order of [`Table::index`].
    pub const ALL: [Table; 13] = [
        Table::X86_64,
        Table::X32,
        Table::I386,
        Table::Aarch64,
        Table::Arm,
        Table::Riscv64,
        Table::Riscv32,
        Table::Loongarch64,
        Table::S390x,
        Table::Powerpc64,
        Table::Powerpc,
        Table::Mips64,
        Table::Mips,
    ];

    /// Its place in [`Syscall::nr`](super::Syscall::nr).
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name that a policy calls it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Table::X86_64 => "x86_64",
            Table::X32 => "x32",
            Table::I386 => "i686",
            Table::Aarch64 => "aarch64",
            Table::Arm => "arm",
            Table::Riscv64 => "riscv64",
            Table::Riscv32 => "riscv32",
            Table::Loongarch64 => "loongarch64",
            Table::S390x => "s390x",
            Table::Powerpc64 => "powerpc64",
            Table::Powerpc => "powerpc",
            Table::Mips64 => "mips64",
            Table::Mips => "mips",
        }
    }

    /// The table that a policy calls by that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Whether a register, and so a slot of `seccomp_data.args` that is in use, has 64 bits.
    #[must_use]
    pub const fn has_wide_registers(self) -> bool {
        match self {
            Table::X86_64
            | Table::X32
            | Table::Aarch64
            | Table::Riscv64
            | Table::Loongarch64
            | Table::S390x
            | Table::Powerpc64
            | Table::Mips64 => true,
            Table::I386 | Table::Arm | Table::Riscv32 | Table::Powerpc | Table::Mips => false,
        }
    }
}
