//! What it takes until a filter is in force, in a fresh process.

use std::fs::File;
use std::io::Write;
use std::time::Instant;

use crate::child::{captured, in_child, no_new_privs, seccomp_alone};
use crate::heap;
use crate::pages::Code;
use crate::peers::Peer;
use crate::policies::{POLICIES, Source};
use crate::programs::ours;
use crate::statistics::series;
use crate::table::Table;

const ABOUT: &str = "Building and installing in a forked child, from nothing until the filter is in force; the contenders take \
turns. Alone: seccomp(2) by itself on the array of ours, no_new_privs set before. Ratio: to that, of medians and of minima. The \
files' pages are mapped before, since how many of them a contender touches is up to the linker. The heap's allocations are \
counted, those of C libraries too.";

const ROUNDS: usize = 1001;

/// One column of a policy's measurements.
struct Contender<'a> {
    name: &'a str,
    install: Box<dyn Fn() -> Result<(), String> + 'a>,
    /// What isn't part of what is measured.
    before: fn(),
    micros: Vec<f64>,
    allocations: u64,
}

pub fn table(peers: &[Box<dyn Peer>]) -> Table {
    let columns = [
        "policy",
        "library",
        "median µs",
        "min µs",
        "ratio of medians",
        "ratio of minima",
        "allocations",
    ];
    let mut table = Table::new("Build and install", ABOUT, &columns);
    for source in &POLICIES {
        measure(source, peers, &mut table);
    }
    table.notes.push(format!("{ROUNDS} children each."));
    table
}

fn measure(source: &Source, peers: &[Box<dyn Peer>], table: &mut Table) {
    let rules = &source.rules();
    let program = ours(&source.speed);
    let contender = |name, install| Contender {
        name,
        install,
        before: || (),
        micros: Vec::with_capacity(ROUNDS),
        allocations: 0,
    };
    let mut contenders = vec![Contender {
        before: no_new_privs,
        ..contender("seccomp(2) alone", Box::new(|| seccomp_alone(&program)))
    }];
    contenders.push(contender(
        "seccomptime",
        Box::new(|| match source.speed.install() {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }),
    ));
    // One that refuses the policy has nothing to be measured.
    let fits = |peer: &dyn Peer| captured(|| peer.install(rules)).is_ok();
    for peer in peers.iter().filter(|peer| fits(peer.as_ref())) {
        contenders.push(contender(peer.name(), Box::new(|| peer.install(rules))));
    }
    let code = Code::of_this_process();
    for _ in 0..ROUNDS {
        for contender in &mut contenders {
            let (nanos, allocations) = once(contender, &code);
            contender.micros.push(nanos / 1000.0);
            contender.allocations = allocations;
        }
    }
    let results = contenders
        .into_iter()
        .map(|c| (c.name, series(c.micros), c.allocations));
    let results: Vec<_> = results.collect();
    let (_, alone, _) = results[0];
    for (name, series, allocations) in results {
        table.rows.push(vec![
            source.name.to_owned(),
            name.to_owned(),
            format!("{:.1}", series.median),
            format!("{:.1}", series.min),
            format!("{:.2}", series.median / alone.median),
            format!("{:.2}", series.min / alone.min),
            allocations.to_string(),
        ]);
    }
}

/// Nanoseconds and allocations of one install in a child of its own.
fn once(contender: &Contender<'_>, code: &Code) -> (f64, u64) {
    let message = in_child(|mut file: &File| {
        code.map();
        (contender.before)();
        // The first use of the clock and of the counter isn't what is measured.
        let _ = (Instant::now().elapsed(), heap::count());
        let (allocations, start) = (heap::count(), Instant::now());
        let installed = (contender.install)();
        let (time, after) = (start.elapsed(), heap::count());
        installed.expect("an install that nothing stands against");
        // Seconds aren't told: whatever takes one is far from what is measured here.
        let (nanos, allocations) = (u64::from(time.subsec_nanos()), after - allocations);
        let mut message = [0; 16];
        message[..8].copy_from_slice(&nanos.to_ne_bytes());
        message[8..].copy_from_slice(&allocations.to_ne_bytes());
        file.write_all(&message).expect("the parent listens");
    });
    let word = |at: usize| {
        let bytes = message.get(at..at + 8).and_then(|b| b.try_into().ok());
        u64::from_ne_bytes(bytes.unwrap_or_else(|| panic!("{}: no result", contender.name)))
    };
    let nanos = u32::try_from(word(0)).expect("less than a second");
    (nanos.into(), word(8))
}
