//! The SIGSYS reporter, for policies with `report`: a call that `trap` denies is told on stderr in one line, and then the process dies of it.
//!
//! ```text
//! seccomptime: server[71] thread 73 `worker`: `socket(family = 2, type = 1, protocol = 0)` is denied by main at src/main.rs:3; to permit it add `allow(socket(family == 2))`
//! ```
//!
//! All of it runs in a signal handler, in any thread, in several at once: it allocates nothing, takes no lock, and writes the line at once. It makes only calls
//! that the reporting policies permit. The process dies by making the denied call again, with SIGSYS blocked: for what a filter sends a blocked
//! SIGSYS the kernel ends the process, whatever the handler.

pub(crate) mod context;
mod names;
mod text;

use core::ffi::c_long;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::errno::Returned;
use crate::sys::{self, Once, nr};
use crate::uapi::{PR_GET_NAME, THREAD_NAME};
use crate::{Action, Call, Error, ErrorKind, Policy, own};
use context::{Context, Info};
use names::Names;
use text::Text;

/// How many policies can report in one process; what the others deny is told without their place.
const POLICIES: usize = 8;

static REPORTING: [Once<Policy>; POLICIES] = [const { Once::new() }; POLICIES];
/// Whether there were more.
static ARE_MORE: AtomicBool = AtomicBool::new(false);
/// Whether SIGSYS has its handler.
static IS_HANDLED: AtomicBool = AtomicBool::new(false);

/// How a policy with `report` reports.
#[derive(Clone, Copy)]
pub struct Reporter {
    /// The calls that it may deny: a line each, as [`names`] says.
    names: &'static str,
    /// Only programs that report have the reporter.
    start: fn(&Policy) -> Result<(), Error>,
}

impl Reporter {
    /// A reporter that knows the calls of `names`.
    #[must_use]
    pub const fn new(names: &'static str) -> Reporter {
        Reporter { names, start }
    }

    /// Has what `policy` will deny reported.
    ///
    /// # Errors
    ///
    /// SIGSYS can't be handled.
    pub(crate) fn start(&self, policy: &Policy) -> Result<(), Error> {
        (self.start)(policy)
    }
}

impl core::fmt::Debug for Reporter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Reporter").finish_non_exhaustive()
    }
}

fn start(policy: &Policy) -> Result<(), Error> {
    // A policy that reports doesn't let the handler be replaced.
    if !IS_HANDLED.load(Ordering::Acquire) {
        let call = Call::SetSigaction;
        own::check(own::bit(call))?;
        let answer = sys::handle_sigsys();
        if answer != Returned::NOTHING {
            return Err(Error::new(ErrorKind::Sandbox, call, answer));
        }
        IS_HANDLED.store(true, Ordering::Release);
    }
    remember(policy);
    Ok(())
}

fn remember(policy: &Policy) {
    for place in &REPORTING {
        place.set(policy);
        let known = loop {
            // Whoever took the place is about to put a policy there.
            match place.get() {
                Some(known) => break known,
                None => core::hint::spin_loop(),
            }
        };
        if core::ptr::eq(known.instructions, policy.instructions) {
            return;
        }
    }
    ARE_MORE.store(true, Ordering::Relaxed);
}

/// The policies that report, the latest first.
fn reporting() -> impl Iterator<Item = Policy> {
    REPORTING.iter().rev().filter_map(Once::get)
}

/// A call that a filter answered with `trap`.
struct Denied {
    audit_arch: u32,
    nr: u32,
    /// `None` where the registers aren't known.
    args: Option<[u64; 6]>,
}

impl Denied {
    /// The latest of the policies that deny it. No iterator: what it would put on the stack, many times in debug builds, there may be
    /// no room for.
    fn by(&self) -> Option<Policy> {
        let mut places = REPORTING.len();
        while places > 0 {
            places -= 1;
            match REPORTING[places].get() {
                Some(policy) if self.is_trapped_by(&policy) => return Some(policy),
                _ => {}
            }
        }
        None
    }

    fn is_trapped_by(&self, policy: &Policy) -> bool {
        let args = self.args.unwrap_or_default();
        let decision = policy.decide_foreign(self.audit_arch, self.nr, args);
        decision.action() == Action::Trap || self.args.is_none() && self.may_be_trapped_by(policy)
    }

    /// Whether it is one of the calls that the policy may deny, whatever the arguments.
    fn may_be_trapped_by(&self, policy: &Policy) -> bool {
        let reporter = policy.settings.report;
        let names = Names::of(reporter.map_or("", |reporter| reporter.names));
        self.audit_arch == policy.audit_arch && names.call(self.nr).is_some()
    }
}

/// Tells what was denied, unless none of the policies that report denies it.
pub(crate) fn tell(info: &Info, context: &Context) -> bool {
    let denied = Denied {
        audit_arch: info.audit_arch,
        // The kernel compares 32 bits, too.
        nr: info.nr as u32,
        args: context::args(context, info.audit_arch),
    };
    let policy = denied.by();
    if policy.is_none() && !ARE_MORE.load(Ordering::Relaxed) {
        return false;
    }
    let mut text = Text::new();
    say(&denied, policy.as_ref(), &mut text);
    let line = text.line();
    if may_call(nr::WRITE, [STDERR, SOMEWHERE, line.len() as u64, 0, 0, 0]) {
        // Where there is no stderr, nothing can be said.
        let _ = sys::write_stderr(line);
    }
    true
}

/// Whether a policy that reports answers the call with `trap` where all its arguments are 0.
pub(crate) fn is_trapped_with_zeros(info: &Info) -> bool {
    let call = Denied {
        audit_arch: info.audit_arch,
        nr: info.nr as u32,
        args: Some([0; 6]),
    };
    reporting().any(|policy| call.is_trapped_by(&policy))
}

/// Whether all policies that report permit the call: all of them may be in force here.
fn may_call(nr: c_long, args: [u64; 6]) -> bool {
    reporting().all(|policy| policy.decide(nr, args).action() <= Action::Log)
}

/// A policy with `report`.
///
/// # Panics
///
/// Where it doesn't permit what the reporter says.
#[track_caller]
pub const fn can_report(policy: &Policy) {
    let says = policy.decide(nr::WRITE, [STDERR, SOMEWHERE, 1, 0, 0, 0]);
    assert!(
        says.action() as u8 <= Action::Log as u8,
        "`report` writes to descriptor 2, which this policy doesn't permit: add `write`, or `write(fd == 2)`"
    );
}

/// `STDERR_FILENO`
const STDERR: u64 = 2;
/// Stands for any pointer: a policy can tell null from the rest, no more.
const SOMEWHERE: u64 = 0x1000;

fn say(denied: &Denied, policy: Option<&Policy>, text: &mut Text) {
    text.add("seccomptime: ");
    say_thread(text);
    let foreign = policy.is_some_and(|policy| policy.audit_arch != denied.audit_arch);
    let names = policy.and_then(|policy| policy.settings.report);
    let names = Names::of(names.map_or("", |reporter| reporter.names));
    let call = if foreign { None } else { names.call(denied.nr) };
    text.add("`");
    match call {
        Some(call) => call.say(denied.args, text),
        None => {
            text.add("syscall(");
            text.hex_or_decimal(denied.nr.into());
            text.add(")");
        }
    }
    text.add("`");
    if foreign {
        text.add(" of the foreign ABI ");
        text.hex(denied.audit_arch.into());
    }
    text.add(" is denied by ");
    match policy {
        Some(policy) => text.add_place(policy),
        None => text.add("a policy with `report`"),
    }
    if foreign {
        text.add(", as its `foreign` says");
        return;
    }
    text.add("; to permit it add `allow(");
    match call {
        Some(call) => call.say_rule(denied.args, text),
        None => {
            text.add("syscall(");
            text.decimal(denied.nr.into());
            text.add(")");
        }
    }
    text.add(")`");
}

/// Which thread it is, as far as it may ask: `server[71] thread 73 `worker`: `.
fn say_thread(text: &mut Text) {
    let ask = |nr, call: fn() -> u32| may_call(nr, [0; 6]).then(call);
    let process = ask(nr::GETPID, sys::getpid);
    let thread = ask(nr::GETTID, sys::gettid);
    text.add(sys::program_name());
    if let Some(process) = process {
        text.add("[");
        text.decimal(process.into());
        text.add("]");
    }
    if let Some(thread) = thread.filter(|thread| Some(*thread) != process) {
        text.add(" thread ");
        text.decimal(thread.into());
    }
    let get_name = [PR_GET_NAME as u64, SOMEWHERE, 0, 0, 0, 0];
    if thread != process && may_call(nr::PRCTL, get_name) {
        text.add(" `");
        text.add(as_text(&sys::thread_name()));
        text.add("`");
    }
    text.add(": ");
}

/// What stands before the first 0.
fn as_text(name: &[u8; THREAD_NAME]) -> &str {
    let text = name.split(|byte| *byte == 0).next().unwrap_or_default();
    core::str::from_utf8(text).unwrap_or("?")
}
