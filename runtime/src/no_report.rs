//! In place of `report` on targets without seccomp.

use crate::{Error, Policy};

/// How a policy with `report` reports.
#[derive(Clone, Copy, Debug)]
pub struct Reporter(());

/// A policy with `report`, which reports nothing here.
pub const fn can_report(_: &Policy) {}

impl Reporter {
    /// A reporter that is never asked.
    #[must_use]
    pub const fn new(_: &'static str) -> Reporter {
        Reporter(())
    }

    pub(crate) fn start(&self, _: &Policy) -> Result<(), Error> {
        Err(Error::UNSUPPORTED)
    }
}
