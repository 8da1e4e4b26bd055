//! Every fault of a kernel, and of what stands before one, under every program: what the policy declared is in force, or the program
//! ends with status 78 and one line, and no user code runs without the filter where it isn't `on_error = continue`.
//!
//! `tests/FAULTS.md` is the table for readers. After a change: `BLESS=1 cargo test -p seccomptime-tests --test live faults`.

mod actions;
mod cell;
mod declared;
mod fault;
mod lists;
mod loading;
mod page;
pub mod supervisors;

use cell::Cell;
use fault::{Fault, Group, Rights};
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program::needs_sys_admin;
use seccomptime_tests::support::user_crate;

/// A column: a program.
struct Column {
    /// What is written over it.
    title: &'static str,
    /// The program's name.
    name: &'static str,
    path: &'static str,
    /// With which capabilities it is run.
    rights: Rights,
    /// What it prints after its status.
    last: &'static str,
}

macro_rules! column {
    ($title:literal, $name:literal) => {
        column!($title, $name, Rights::Any, "")
    };
    ($title:literal, $name:literal, $rights:expr, $last:expr) => {
        Column {
            title: $title,
            name: $name,
            path: env!(concat!("CARGO_BIN_EXE_", $name)),
            rights: $rights,
            last: $last,
        }
    };
}

/// Shows that the filter was installed without no_new_privs.
const KEPT: &str = "NoNewPrivs:\t0\n";

const COLUMNS: [Column; 8] = [
    column!("`default = log`", "guarded_log"),
    column!("`log or errno(EACCES)`", "guarded_log_or_errno"),
    column!("`kill_process`", "guarded_kill"),
    column!("`errno`", "guarded_errno"),
    column!("`errno`, `flags(log)`", "guarded_flags"),
    column!("`log`, `keep_privs`", "keep_privs", Rights::With, KEPT),
    column!(
        "the same without CAP_SYS_ADMIN",
        "keep_privs",
        Rights::Without,
        ""
    ),
    column!("`log`, `on_error = continue`", "on_error_continue"),
];

const GROUPS: [Group; 7] = [
    actions::ASKED,
    lists::AVAILABLE,
    lists::LOGGED,
    loading::PRIVILEGES,
    loading::THREADS,
    loading::SANDBOXES,
    loading::ENDS,
];

impl Fault {
    /// A cell for each column, with its column. The last program is the first one, but for what it does on an error.
    fn row(&self) -> impl Iterator<Item = (&'static Column, Cell)> {
        let last = match self.ends_by_libc {
            true => Cell::None,
            false => self.cells[0].going_on(),
        };
        COLUMNS.iter().zip(self.cells.into_iter().chain([last]))
    }
}

/// Runs the cells that `which` says, and says of each that isn't as declared what it is.
fn run(which: impl Fn(&Fault, &Column) -> bool) {
    let mut wrong = Vec::new();
    for fault in GROUPS.iter().flat_map(|group| group.faults) {
        for (column, cell) in fault.row().filter(|(column, _)| which(fault, column)) {
            let Some(expected) = cell.expected(column) else {
                continue;
            };
            for rights in [Rights::With, Rights::Without] {
                if !column.rights.include(rights) || !fault.rights.include(rights) {
                    continue;
                }
                let machine = match rights {
                    Rights::Without => (fault.machine)().unprivileged(),
                    _ => (fault.machine)(),
                };
                let seen = cell::seen(&machine.run(column.path));
                if seen != expected {
                    wrong.push(format!(
                        "{} under `{}`, {rights:?}:\n  declared {expected:?}\n  seen     {seen:?}",
                        column.name, fault.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a cell can't be run by everybody.
fn takes_sys_admin(fault: &Fault, column: &Column) -> bool {
    // Outer filters of others set no_new_privs, so that there is nothing to keep.
    fault.takes_sys_admin || column.name == "keep_privs"
}

pub fn each_has_its_declared_outcome() -> Outcome {
    run(|fault, column| !takes_sys_admin(fault, column));
    Ok(())
}

pub fn those_that_take_cap_sys_admin_have_theirs() -> Outcome {
    needs_sys_admin()?;
    run(takes_sys_admin);
    Ok(())
}

pub fn the_page_is_this_table() -> Outcome {
    user_crate::buildable()?;
    page::compare();
    Ok(())
}
