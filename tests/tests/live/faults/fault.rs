//! What a row is made of.

use super::cell::Cell;
use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::machine::Machine;

/// With which capabilities something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Either way, and alike.
    Any,
    /// Those of the tests.
    With,
    /// None, be it user 0.
    Without,
}

impl Rights {
    /// Whether these are among them.
    pub fn include(self, rights: Rights) -> bool {
        self == Rights::Any || self == rights
    }
}

/// Rows under one title.
pub struct Group {
    pub title: &'static str,
    pub faults: &'static [Fault],
}

/// A row.
pub struct Fault {
    pub name: &'static str,
    /// What makes it so.
    pub by: &'static str,
    pub machine: fn() -> Machine,
    pub rights: Rights,
    /// Whether it takes CAP_SYS_ADMIN to make it so.
    pub takes_sys_admin: bool,
    /// Whether a program that goes on ends as its libc has it, where the ways to end are answered.
    pub ends_by_libc: bool,
    /// By column, but the last.
    pub cells: [Cell; 7],
}

impl Fault {
    const fn new(
        by: &'static str,
        name: &'static str,
        machine: fn() -> Machine,
        cells: [Cell; 7],
    ) -> Fault {
        Fault {
            name,
            by,
            machine,
            rights: Rights::Any,
            takes_sys_admin: false,
            ends_by_libc: false,
            cells,
        }
    }

    /// Nothing is faked.
    pub const fn real(name: &'static str, machine: fn() -> Machine, cells: [Cell; 7]) -> Fault {
        Fault::new("", name, machine, cells)
    }

    /// By an outer filter.
    pub const fn filter(name: &'static str, machine: fn() -> Machine, cells: [Cell; 7]) -> Fault {
        Fault::new("filter", name, machine, cells)
    }

    /// By an outer filter and a supervisor above it.
    pub const fn supervisor(
        name: &'static str,
        machine: fn() -> Machine,
        cells: [Cell; 7],
    ) -> Fault {
        Fault::new("supervisor", name, machine, cells)
    }

    /// By another file than the kernel's.
    pub const fn file(name: &'static str, machine: fn() -> Machine, cells: [Cell; 7]) -> Fault {
        Fault::new("file", name, machine, cells).made_by_root()
    }

    /// With these capabilities alone.
    pub const fn with(self, rights: Rights) -> Fault {
        Fault { rights, ..self }
    }

    /// What ends a program that goes on is answered, too: what then becomes of it is its libc's.
    pub const fn ends_by_libc(self) -> Fault {
        Fault {
            ends_by_libc: true,
            ..self
        }
    }

    /// It takes CAP_SYS_ADMIN to make it so: without, an outer filter sets no_new_privs, or nothing can be mounted.
    pub const fn made_by_root(self) -> Fault {
        Fault {
            takes_sys_admin: true,
            ..self
        }
    }
}

/// This machine.
pub fn here() -> Machine {
    Machine::new()
}

/// This machine under an outer filter.
pub fn outer(rules: impl FnOnce(Outer) -> Outer) -> Machine {
    here().outer(rules)
}
