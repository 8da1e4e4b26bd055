//! Where an argument is found on an arch, and how the kernel reads it.

use crate::arch::Arch;
use crate::data::{self, Arg, Class, Syscall, Table};
use crate::policy::Cast;

/// `offsetof(struct seccomp_data, args)`.
pub const OFFSET_ARGS: u32 = 16;
/// `sizeof(seccomp_data.args[0])`.
pub const SLOT_SIZE: u32 = 8;
/// How many arguments a filter sees.
pub const SLOTS: usize = 6;

/// What the kernel makes of an argument.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Type {
    /// How many bits count: 16, 32 or 64.
    pub bits: u8,
    /// Whether it is ordered as a signed number.
    pub signed: bool,
    /// Whether it is an address, of which a filter can say only that it is null.
    pub pointer: bool,
}

impl Type {
    /// Its name in Rust.
    pub fn name(self) -> &'static str {
        match (self.pointer, self.bits, self.signed) {
            (true, ..) => "pointer",
            (_, 16, _) => "u16",
            (_, 32, false) => "u32",
            (_, 32, true) => "i32",
            (_, _, false) => "u64",
            (_, _, true) => "i64",
        }
    }

    /// The type after `as`.
    pub fn cast(self, cast: Cast) -> Type {
        let (bits, signed) = match cast {
            Cast::U32 => (32, false),
            Cast::I32 => (32, true),
            Cast::U64 => (64, false),
            Cast::I64 => (64, true),
        };
        Type {
            bits,
            signed,
            pointer: self.pointer,
        }
    }
}

/// An argument on an arch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Argument {
    /// The offset of its low 32 bits in `seccomp_data`.
    pub low: u32,
    /// The offset of its high 32 bits.
    pub high: u32,
    /// What the kernel makes of it.
    pub ty: Type,
}

/// Why an argument can't be looked at on an arch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// The call has no argument of that name there.
    Name,
    /// It is the seventh, which no filter sees.
    Invisible,
}

/// Finds an argument by its kernel name, or by its place as `arg0` to `arg5`.
///
/// # Errors
///
/// The call has no such argument on that arch, or a filter can't see it there.
pub fn locate(syscall: Option<&Syscall>, name: &str, arch: &Arch) -> Result<Argument, Missing> {
    let syscall = syscall.map(|syscall| own(syscall, arch.table));
    let slots = syscall.map_or(&[][..], |syscall| syscall.args_on(arch.table));
    // The kernel's name comes first: what prctl calls `arg2` is its second argument, not its third.
    if let Some(slot) = named(slots, name) {
        let slot = half_named(slots, name, arch).unwrap_or(slot);
        return one(slot, slots[slot].class, is_unsigned(&slots[slot]), arch);
    }
    if let Some(slot) = place(name) {
        // Nothing is known of a slot that the call doesn't use: all of it counts.
        let class = slots.get(slot).map_or(Class::Word, |arg| arg.class);
        let unsigned = slots.get(slot).is_none_or(is_unsigned);
        return one(slot, class, unsigned, arch);
    }
    let syscall = syscall.ok_or(Missing::Name)?;
    unnamed(syscall, slots, name, arch)
}

/// The call that a table has under another name: riscv32's `ftruncate` is `ftruncate64`, whose length takes two slots.
fn own(syscall: &Syscall, table: Table) -> &Syscall {
    let other = match syscall.nr_on(table) {
        Some(_) => None,
        None => data::alias(table, syscall.name).and_then(data::syscall),
    };
    other.unwrap_or(syscall)
}

/// The slot of that name.
fn named(slots: &[Arg], name: &str) -> Option<usize> {
    let is_it = |arg: &Arg| arg.name == name && arg.class != Class::Pad;
    slots.iter().position(is_it)
}

/// The slot of half of a value, by a name such as `pos_hi`: machines of either byte order share a table, which names the slots in the
/// order of one of them.
fn half_named(slots: &[Arg], name: &str, arch: &Arch) -> Option<usize> {
    let (stem, high) = match (name.strip_suffix("_hi"), name.strip_suffix("_lo")) {
        (Some(stem), _) => (stem, true),
        (None, Some(stem)) => (stem, false),
        (None, None) => return None,
    };
    let low = named(slots, &format!("{stem}_lo"))?;
    let first = low.min(named(slots, &format!("{stem}_hi"))?);
    Some(if high == arch.big_endian {
        first
    } else {
        first + 1
    })
}

/// The place of `arg0` to `arg5`.
pub fn place(name: &str) -> Option<usize> {
    let digit = name.strip_prefix("arg")?;
    let slot: usize = digit.parse().ok()?;
    (digit.len() == 1 && slot < SLOTS).then_some(slot)
}

/// How the kernel declares a descriptor that is an int (`mqd_t`: uapi/linux/posix_types.h by way of `__kernel_mqd_t`).
const SIGNED_DESCRIPTORS: [&str; 3] = ["int", "const int", "mqd_t"];

fn is_unsigned(arg: &Arg) -> bool {
    match arg.class {
        // Descriptors are declared as one or the other.
        Class::Fd => !SIGNED_DESCRIPTORS.contains(&arg.ty),
        Class::I32 | Class::Sword | Class::S64 => false,
        Class::Ptr | Class::U32 | Class::U16 | Class::Word | Class::U64 | Class::Pad => true,
    }
}

/// An argument in one slot.
fn one(slot: usize, class: Class, unsigned: bool, arch: &Arch) -> Result<Argument, Missing> {
    if slot >= SLOTS {
        return Err(Missing::Invisible);
    }
    let bits = match class {
        Class::U16 => 16,
        Class::Fd | Class::I32 | Class::U32 => 32,
        Class::Ptr | Class::Word | Class::Sword | Class::Pad => register_bits(arch.table),
        Class::U64 | Class::S64 => 64,
    };
    Ok(Argument {
        low: half(slot, false, arch),
        high: half(slot, true, arch),
        ty: Type {
            bits,
            signed: !unsigned,
            pointer: class == Class::Ptr,
        },
    })
}

fn register_bits(table: Table) -> u8 {
    if table.has_wide_registers() { 64 } else { 32 }
}

/// The offset of one half of a slot.
fn half(slot: usize, high: bool, arch: &Arch) -> u32 {
    let second = high != arch.big_endian;
    // Six slots, so that nothing is lost.
    let slot = u32::try_from(slot).unwrap_or_default();
    OFFSET_ARGS + SLOT_SIZE * slot + if second { SLOT_SIZE / 2 } else { 0 }
}

/// An argument that has another name on this table, or takes two slots because registers have 32 bits: what of the call's
/// arguments has no slot of its name is found in what slots are left, in order. Where the two don't come out even, the table
/// has a layout of its own, in which nothing is guessed.
fn unnamed(syscall: &Syscall, slots: &[Arg], name: &str, arch: &Arch) -> Result<Argument, Missing> {
    let mut left = slots.iter().enumerate().filter(|(_, slot)| {
        let own = syscall.args.iter().any(|arg| arg.name == slot.name);
        !own && slot.class != Class::Pad && !ALIGNING.contains(&slot.name)
    });
    let mut found = Err(Missing::Name);
    for arg in syscall
        .args
        .iter()
        .filter(|arg| named(slots, arg.name).is_none())
    {
        let wide = matches!(arg.class, Class::U64 | Class::S64);
        let (first, slot) = left.next().ok_or(Missing::Name)?;
        let argument = if wide && !arch.table.has_wide_registers() {
            let (second, _) = left.next().ok_or(Missing::Name)?;
            pair(first, second, arg, arch)
        } else {
            one(first, slot.class, is_unsigned(slot), arch)
        };
        if arg.name == name {
            found = argument;
        }
    }
    match left.next() {
        Some(_) => Err(Missing::Name),
        None => found,
    }
}

/// A 64-bit value in two slots, whose order is the byte order of the arch.
fn pair(first: usize, second: usize, arg: &Arg, arch: &Arch) -> Result<Argument, Missing> {
    let (low, high) = if arch.big_endian {
        (second, first)
    } else {
        (first, second)
    };
    if second >= SLOTS {
        return Err(Missing::Invisible);
    }
    Ok(Argument {
        low: half(low, false, arch),
        high: half(high, false, arch),
        ty: Type {
            bits: 64,
            signed: arg.class == Class::S64,
            pointer: false,
        },
    })
}

/// How powerpc's compat entries call the register that aligns a pair.
const ALIGNING: [&str; 5] = ["unused", "reg4", "reg6", "r4", "r6"];

/// The names of a call's arguments on any table, for messages.
pub fn names(syscall: &Syscall) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = syscall.args.iter().map(|arg| arg.name).collect();
    for table in Table::ALL {
        if syscall.nr_on(table).is_none() {
            continue;
        }
        for arg in syscall.args_on(table) {
            if arg.class != Class::Pad && !names.contains(&arg.name) {
                names.push(arg.name);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{SYSCALLS, syscall};

    fn found(call: &str, name: &str, arch: &str) -> Result<(u32, u32, &'static str), Missing> {
        let argument = locate(syscall(call), name, Arch::from_name(arch).unwrap())?;
        Ok((argument.low, argument.high, argument.ty.name()))
    }

    #[test]
    fn arguments_where_each_arch_has_them() {
        for (call, name, arch, want) in [
            ("read", "fd", "x86_64", Ok((16, 20, "u32"))),
            ("read", "count", "x86_64", Ok((32, 36, "u64"))),
            ("read", "count", "s390x", Ok((36, 32, "u64"))),
            ("read", "count", "arm", Ok((32, 36, "u32"))),
            ("openat", "dfd", "x86_64", Ok((16, 20, "i32"))),
            ("read", "buf", "x86_64", Ok((24, 28, "pointer"))),
            ("socket", "type", "x86_64", Ok((24, 28, "i32"))),
            ("clone", "clone_flags", "x86_64", Ok((16, 20, "u32"))),
            ("clone", "clone_flags", "s390x", Ok((28, 24, "u32"))),
            ("clone", "tls", "x86_64", Ok((48, 52, "u64"))),
            ("clone", "tls", "aarch64", Ok((40, 44, "u64"))),
            ("pread64", "pos", "x86_64", Ok((40, 44, "i64"))),
            // In two slots: low and high, or high and low; with a slot that aligns, or without.
            ("pread64", "pos", "i686", Ok((40, 48, "i64"))),
            ("pread64", "pos", "arm", Ok((48, 56, "i64"))),
            ("pread64", "pos", "armeb", Ok((60, 52, "i64"))),
            ("pread64", "pos", "powerpc", Ok((60, 52, "i64"))),
            ("pread64", "pos", "mipsel", Ok((48, 56, "i64"))),
            ("fallocate", "len", "i686", Ok((48, 56, "i64"))),
            // By the name of a half: where that half is, whatever the order in which the table names them.
            ("pread64", "pos_lo", "arm", Ok((48, 52, "u32"))),
            ("pread64", "pos_hi", "arm", Ok((56, 60, "u32"))),
            ("pread64", "pos_lo", "armeb", Ok((60, 56, "u32"))),
            ("pread64", "pos_hi", "armeb", Ok((52, 48, "u32"))),
            ("pread64", "pos_lo", "mips", Ok((60, 56, "u32"))),
            ("pread64", "pos_lo", "mipsel", Ok((48, 52, "u32"))),
            // A call that the table has under another name, with other slots.
            ("ftruncate", "length", "riscv32", Ok((24, 32, "i64"))),
            ("fstatfs", "buf", "riscv32", Ok((32, 36, "pointer"))),
            ("fadvise64", "advice", "riscv32", Ok((56, 60, "i32"))),
            ("lseek", "offset", "riscv32", Err(Missing::Name)),
            ("mmap", "off", "riscv32", Err(Missing::Name)),
            // Descriptors that are an int.
            ("mq_notify", "mqdes", "x86_64", Ok((16, 20, "i32"))),
            (
                "landlock_add_rule",
                "ruleset_fd",
                "x86_64",
                Ok((16, 20, "i32")),
            ),
            ("sync_file_range", "flags", "mips", Err(Missing::Invisible)),
            ("mmap", "prot", "s390x", Err(Missing::Name)),
            ("mmap", "prot", "x86_64", Ok((32, 36, "u32"))),
            ("read", "arg2", "x86_64", Ok((32, 36, "u64"))),
            ("read", "arg5", "x86_64", Ok((56, 60, "u64"))),
            ("prctl", "arg2", "x86_64", Ok((24, 28, "u64"))),
            ("prctl", "arg1", "x86_64", Ok((24, 28, "u64"))),
            ("read", "arg6", "x86_64", Err(Missing::Name)),
        ] {
            assert_eq!(found(call, name, arch), want, "{call} {name} {arch}");
        }
    }

    /// Each argument of the base signature is somewhere on every arch, or the arch has a layout of its own that is listed here.
    #[test]
    fn no_argument_is_lost() {
        let own = [
            ("i686", "mmap"),
            ("i686", "select"),
            ("powerpc", "select"),
            ("s390x", "mmap"),
            ("mipsel", "pipe"),
            ("mips", "pipe"),
            ("mips64el", "pipe"),
            ("mips64", "pipe"),
            ("mipsel", "sigsuspend"),
            ("mips", "sigsuspend"),
            ("mipsel", "fadvise64"),
            ("mips", "fadvise64"),
            // The position in one slot, where it takes two elsewhere.
            ("x32", "preadv"),
            ("x32", "preadv2"),
            ("x32", "pwritev"),
            ("x32", "pwritev2"),
            ("powerpc", "sigsuspend"),
        ];
        let mut seen = Vec::new();
        for arch in crate::arch::ARCHES {
            for call in SYSCALLS.iter().filter(|s| s.nr_on(arch.table).is_some()) {
                for arg in call.args {
                    if locate(Some(call), arg.name, arch) == Err(Missing::Name) {
                        seen.push((arch.name, call.name));
                    }
                }
            }
        }
        seen.dedup();
        let unexpected: Vec<_> = seen.iter().filter(|s| !own.contains(s)).collect();
        assert_eq!(unexpected, Vec::<&(&str, &str)>::new());
    }
}
