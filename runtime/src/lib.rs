// Its examples take the macros.
#![cfg_attr(feature = "macros", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "macros"), doc = "Seccomp filters, without the macros")]
#![no_std]
#![deny(missing_docs)]
#![deny(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod action;
mod call;
#[cfg(all(feature = "std", unix))]
mod child;
#[cfg(all(feature = "std", unix))]
mod command;
mod decide;
mod deciding;
mod enter;
mod errno;
mod error;
mod flags;
mod install;
mod instruction;
mod integer;
pub mod kernel;
mod line;
mod link;
mod list;
#[cfg(all(feature = "std", unix))]
pub mod listener;
mod load;
mod logging;
mod masks;
mod notify;
pub mod nr;
mod own;
mod plan;
mod policy;
mod private;
mod probe;
mod record;
#[cfg(feature = "macros")]
pub mod reference;
mod runs;
mod status;
mod subset;
#[cfg(feature = "macros")]
mod target;
mod texts;
mod thread_name;
mod uapi;
mod values;
mod words;

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(target_arch = "hexagon")
))]
#[allow(unsafe_code)] // All of it is there.
mod sys;
#[cfg(not(all(
    any(target_os = "linux", target_os = "android"),
    not(target_arch = "hexagon")
)))]
#[path = "no_sys.rs"]
mod sys;

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(target_arch = "hexagon")
))]
mod report;
#[cfg(not(all(
    any(target_os = "linux", target_os = "android"),
    not(target_arch = "hexagon")
)))]
#[path = "no_report.rs"]
mod report;

pub use action::{Action, ActionSet};
pub use call::Call;
#[cfg(all(feature = "std", unix))]
pub use command::{CommandExt, FilteredCommand};
pub use decide::Decision;
pub use errno::Errno;
pub use error::{Error, ErrorKind};
pub use flags::Flags;
pub use instruction::Instruction;
pub use logging::{Logged, Logging, will_be_logged};
pub use notify::NotifyPolicy;
pub use plan::Downgrade;
pub use policy::{Policy, Source};
#[cfg(feature = "macros")]
pub use seccomptime_macros::{policy, seccomp};
pub use status::{Enforcement, Status, status};

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}
