//! What the compiler knows of the kernel: names, numbers, arguments, versions, families and sets.
//!
//! The tables of `generated` are made from the text files of this crate's `data/` directory, which says
//! where each comes from; this file gives them types and look-ups.

use core::cmp::Ordering;

#[rustfmt::skip]
mod generated;
mod table;
mod version;

#[cfg(test)]
mod tests;

pub use generated::{
    ALIASES, BASELINE, CARRIERS, FAMILIES, SETS, SINCE_ON, SYSCALLS, UNIMPLEMENTED, VARIANTS,
};
pub use table::Table;
pub use version::Version;

/// In [`Syscall::nr`]: the table has no such syscall.
pub const NO_NR: u32 = u32::MAX;

/// A syscall of any of the tables.
#[derive(Debug)]
pub struct Syscall {
    /// The name in the kernel's tables.
    pub name: &'static str,
    /// The number in each table, by [`Table::index`], [`NO_NR`] where the table lacks it; see [`Syscall::nr_on`].
    pub nr: [u32; Table::COUNT],
    /// The first kernel that had it, on any architecture; [`Version::MIN`] where that isn't known.
    pub since: Version,
    /// The arguments as most tables have them; see [`Syscall::args_on`].
    pub args: &'static [Arg],
}

impl Syscall {
    /// Its number in a table.
    #[must_use]
    pub const fn nr_on(&self, table: Table) -> Option<u32> {
        match self.nr[table.index()] {
            NO_NR => None,
            nr => Some(nr),
        }
    }

    /// Its arguments in a table: one entry for each slot of `seccomp_data.args`, at most seven. The seventh, which
    /// some calls of mips have, is invisible to a filter.
    #[must_use]
    pub fn args_on(&self, table: Table) -> &'static [Arg] {
        lookup(VARIANTS, table, self.name).unwrap_or(self.args)
    }

    /// The first kernel that had it in a table, as far as the data tells it apart from [`Syscall::since`].
    #[must_use]
    pub fn since_on(&self, table: Table) -> Version {
        lookup(SINCE_ON, table, self.name).unwrap_or(self.since)
    }

    /// Whether the table only reserves its number: every kernel up to [`BASELINE`] answers `ENOSYS` there.
    #[must_use]
    pub fn is_unimplemented_on(&self, table: Table) -> bool {
        UNIMPLEMENTED.binary_search(&(table, self.name)).is_ok()
    }
}

/// A name is one syscall.
impl PartialEq for Syscall {
    fn eq(&self, other: &Syscall) -> bool {
        self.name == other.name
    }
}

impl Eq for Syscall {}

impl PartialOrd for Syscall {
    fn partial_cmp(&self, other: &Syscall) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Syscall {
    fn cmp(&self, other: &Syscall) -> Ordering {
        self.name.cmp(other.name)
    }
}

/// An argument, or a slot of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg {
    /// The kernel's name for it.
    pub name: &'static str,
    /// The C type that the kernel declares.
    pub ty: &'static str,
    /// What of the 64 bits in `seccomp_data.args` the kernel looks at.
    pub class: Class,
}

/// The kernel's effective type of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A pointer into user memory, which a filter can't follow.
    Ptr,
    /// A file descriptor: the low 32 bits, whatever the declared type.
    Fd,
    /// The low 32 bits, signed.
    I32,
    /// The low 32 bits.
    U32,
    /// The low 16 bits.
    U16,
    /// As wide as a pointer.
    Word,
    /// As wide as a pointer, signed.
    Sword,
    /// 64 bits everywhere; two slots where registers have 32.
    U64,
    /// 64 bits everywhere, signed; two slots where registers have 32.
    S64,
    /// A slot that only aligns the next; its content is undefined.
    Pad,
}

/// An argument that carries flags: with one more it is another value, which the kernel takes too.
#[derive(Debug)]
pub struct Carrier {
    /// The syscall.
    pub syscall: &'static str,
    /// The kernel's name for the argument.
    pub argument: &'static str,
    /// The mask of a number that the flags stand beside, such as a socket's type: the argument is compared by it.
    pub beside: Option<&'static str>,
    /// The mask of a number among flags that are asked for one by one, such as the access mode of open's.
    pub among: Option<&'static str>,
}

/// A syscall that does on some tables what another does elsewhere.
#[derive(Debug)]
pub struct Family {
    /// The syscall.
    pub variant: &'static str,
    /// What it stands for: one syscall, or many for the multiplexers `ipc` and `socketcall`.
    pub base: &'static [&'static str],
    /// How it differs from its base, such as `time64` or `uid32`.
    pub kind: &'static str,
    /// The tables that have it.
    pub tables: &'static [Table],
}

/// A named set of syscalls, written `@name` in a policy.
#[derive(Debug)]
pub struct Set {
    /// The name without its `@`.
    pub name: &'static str,
    /// What it holds, in a sentence.
    pub what: &'static str,
    /// Why it exists, and what is left out of it.
    pub why: &'static str,
    /// What only glibc needs of it.
    pub glibc: Option<&'static str>,
    /// What only musl needs of it.
    pub musl: Option<&'static str>,
    /// Its members: names of syscalls, and of other sets with an `@`.
    pub members: &'static [&'static str],
}

impl Set {
    /// The names of all syscalls in it and in the sets that it names, sorted, each once.
    #[must_use]
    pub fn expand(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        self.collect(&mut names);
        names.sort_unstable();
        names.dedup();
        names
    }

    fn collect(&self, names: &mut Vec<&'static str>) {
        for member in self.members {
            match member.strip_prefix('@') {
                // The generator refuses a set that names an unknown one, or itself on any path.
                Some(other) => set(other)
                    .expect("a set names only known sets")
                    .collect(names),
                None => names.push(member),
            }
        }
    }
}

/// The syscall of that name.
#[must_use]
pub fn syscall(name: &str) -> Option<&'static Syscall> {
    let at = SYSCALLS
        .binary_search_by(|syscall| syscall.name.cmp(name))
        .ok()?;
    Some(&SYSCALLS[at])
}

/// The set of that name, which has no `@`.
#[must_use]
pub fn set(name: &str) -> Option<&'static Set> {
    let at = SETS.binary_search_by(|set| set.name.cmp(name)).ok()?;
    Some(&SETS[at])
}

/// The name that a table has for another spelling in use, such as libc's `mmap` for riscv32's `mmap2`.
#[must_use]
pub fn alias(table: Table, name: &str) -> Option<&'static str> {
    lookup(ALIASES, table, name)
}

/// The name of a number in a table.
#[must_use]
pub fn name_of(table: Table, nr: u32) -> Option<&'static str> {
    SYSCALLS
        .iter()
        .find(|syscall| syscall.nr_on(table) == Some(nr))
        .map(|syscall| syscall.name)
}

/// Finds an entry of a list that is sorted by table and name.
fn lookup<T: Copy>(list: &[(Table, &str, T)], table: Table, name: &str) -> Option<T> {
    let at = list
        .binary_search_by(|(t, n, _)| (*t, *n).cmp(&(table, name)))
        .ok()?;
    Some(list[at].2)
}
