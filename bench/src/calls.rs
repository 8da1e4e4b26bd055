//! What a call costs under a filter that is in force.

use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Instant;

use libc::{c_int, c_long};
use seccomptime::Policy;

use crate::child::{Child, captured};
use crate::peers::Peer;
use crate::policies::{Condition, POLICIES, Rules, Source};
use crate::statistics::{Series, series};
use crate::table::Table;

const ABOUT: &str = "What a call takes in a process that has the filter in force, as a ratio to what it takes in one that has \
none: of medians (of minima), and how many nanoseconds more the median is. One forked child for each contender; they take turns \
in rounds. Allowed by number: `read` of no file. Denied by number: `_sysctl`, which every policy denies and \
which the kernel itself answers at once with ENOSYS. By argument (d alone): calls with a value that passes, and with one that doesn't; their other arguments \
are such that the kernel gives up at once. The kernel remembers which calls a filter always allows and doesn't run it for them: \
these cost the same under all filters.";

/// How often each contender has its turn; odd, for the median.
const ROUNDS: usize = 301;
/// How many calls, about, it makes then.
const CALLS: usize = 1000;

const COLUMNS: [&str; 6] = [
    "policy",
    "library",
    "allowed by number",
    "denied by number",
    "allowed by argument",
    "denied by argument",
];

/// A call as it is made.
#[derive(Clone, Copy)]
struct Call {
    number: c_long,
    arguments: [u64; 6],
    is_denied: bool,
}

/// No descriptor, no size, no flags that the kernel knows: with these no call does anything.
const NOTHING: [u64; 6] = [u64::MAX; 6];
/// Flags that clone refuses in copy_process(), kernel/fork.c: `CLONE_SIGHAND` without `CLONE_VM`, and, with a namespace among them,
/// `CLONE_NEWNS | CLONE_FS`.
const FORKS_NOTHING: u64 = 0x800;
const UNSHARES_NOTHING: u64 = 0x2_0200;
/// What the kernel has no more since Linux 5.5.
const DENIED: c_long = libc::SYS__sysctl;

type Install<'a> = Box<dyn Fn() -> Result<(), String> + 'a>;

pub fn table(peers: &[Box<dyn Peer>]) -> Table {
    let mut table = Table::new("Calls", ABOUT, &COLUMNS);
    for source in &POLICIES {
        measure(source, peers, &mut table);
    }
    table.notes.push(format!(
        "{ROUNDS} rounds of about {CALLS} calls. The BPF JIT is {}.",
        jit()
    ));
    table
}

fn measure(source: &Source, peers: &[Box<dyn Peer>], table: &mut Table) {
    let rules = &source.rules();
    let kinds = kinds(rules);
    let mut contenders: Vec<(&str, Install<'_>)> = vec![
        ("no filter", Box::new(|| Ok(()))),
        ("seccomptime, optimize = size", ours(&source.size)),
        ("seccomptime, optimize = speed", ours(&source.speed)),
    ];
    let fits = |peer: &dyn Peer| captured(|| peer.install(rules)).is_ok();
    for peer in peers.iter().filter(|peer| fits(peer.as_ref())) {
        contenders.push((peer.name(), Box::new(|| peer.install(rules))));
    }
    let start = |(index, (name, install)): (usize, (_, Install<'_>))| {
        let has_filter = index > 0;
        let child = Child::start(|channel| serve(channel, &install, &kinds, has_filter));
        (name, child)
    };
    let children: Vec<(&str, Child)> = contenders.into_iter().enumerate().map(start).collect();
    let mut nanos = vec![vec![Vec::with_capacity(ROUNDS); kinds.len()]; children.len()];
    for _ in 0..ROUNDS {
        for kind in 0..kinds.len() {
            for ((name, child), nanos) in children.iter().zip(&mut nanos) {
                nanos[kind].push(turn(name, child, kind));
            }
        }
    }
    let results = nanos.into_iter().map(|kinds| kinds.into_iter().map(series));
    let results: Vec<Vec<Series>> = results.map(Iterator::collect).collect();
    for ((name, _), of_it) in children.iter().zip(&results) {
        let mut row = vec![source.name.to_owned(), (*name).to_owned()];
        row.extend(of_it.iter().zip(&results[0]).map(|(this, none)| {
            if std::ptr::eq(this, none) {
                return format!("{:.1} ns ({:.1})", this.median, this.min);
            }
            format!(
                "{:.2} ({:.2}), {:+.0} ns",
                this.median / none.median,
                this.min / none.min,
                this.median - none.median
            )
        }));
        row.resize(COLUMNS.len(), String::new());
        table.rows.push(row);
    }
}

fn ours(policy: &Policy) -> Install<'_> {
    Box::new(|| match policy.install() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    })
}

/// The calls of the columns.
fn kinds(rules: &Rules) -> Vec<Vec<Call>> {
    let by_number = |number, is_denied| {
        vec![Call {
            number,
            arguments: NOTHING,
            is_denied,
        }]
    };
    let mut kinds = vec![by_number(libc::SYS_read, false), by_number(DENIED, true)];
    if !rules.conditions.is_empty() {
        for is_denied in [false, true] {
            let calls = rules.conditions.iter();
            kinds.push(calls.map(|c| by_argument(c, is_denied)).collect());
        }
    }
    kinds
}

fn by_argument(condition: &Condition, is_denied: bool) -> Call {
    let number = c_long::from(condition.number);
    let values = match (number, is_denied) {
        // Flags that the kernel takes would make a process.
        (libc::SYS_clone, false) => vec![FORKS_NOTHING],
        (libc::SYS_clone, true) => vec![UNSHARES_NOTHING],
        (_, false) => condition.test.passing(),
        (_, true) => condition.test.failing(),
    };
    let mut arguments = NOTHING;
    arguments[usize::from(condition.argument)] = values[values.len() - 1];
    Call {
        number,
        arguments,
        is_denied,
    }
}

/// Lets the child make one round of calls, and gives the nanoseconds for each.
fn turn(name: &str, child: &Child, kind: usize) -> f64 {
    child.say(&[u8::try_from(kind).expect("a few kinds")]);
    let message = child.hear();
    let message = message.try_into();
    f64::from_ne_bytes(message.unwrap_or_else(|_| panic!("{name}: no result")))
}

/// What a child does: it installs its filter, and then makes the calls that it is told to make.
fn serve(mut channel: &File, install: &Install<'_>, kinds: &[Vec<Call>], has_filter: bool) {
    install().expect("an install that nothing stands against");
    for call in kinds.iter().flatten() {
        assert_eq!(
            make(call) == Some(libc::EPERM),
            call.is_denied && has_filter,
            "call {} with {:x?}",
            call.number,
            call.arguments
        );
    }
    let mut kind = [0];
    while channel.read(&mut kind).is_ok_and(|length| length == 1) {
        let calls = &kinds[usize::from(kind[0])];
        let rounds = CALLS / calls.len();
        let start = Instant::now();
        for _ in 0..rounds {
            for call in calls {
                make(call);
            }
        }
        let nanos = f64::from(start.elapsed().subsec_nanos());
        let made = u32::try_from(rounds * calls.len()).expect("a few calls");
        let answer = (nanos / f64::from(made)).to_ne_bytes();
        channel.write_all(&answer).expect("the parent listens");
    }
}

/// Makes the call, and gives the error number.
fn make(call: &Call) -> Option<c_int> {
    let [a, b, c, d, e, f] = call.arguments;
    // SAFETY: each of these calls fails before it touches memory, or does nothing: see `NOTHING` and `DENIED`.
    let answer = unsafe { libc::syscall(call.number, a, b, c, d, e, f) };
    (answer == -1).then(|| io::Error::last_os_error().raw_os_error())?
}

/// Whether the kernel compiles filters: net.core.bpf_jit_enable.
fn jit() -> &'static str {
    match std::fs::read_to_string("/proc/sys/net/core/bpf_jit_enable") {
        Ok(setting) if setting.trim() == "0" => "off",
        Ok(_) => "on",
        Err(_) => "perhaps on: the kernel doesn't say",
    }
}
