//! A condition on each argument of each call on each arch, of each kind there is: the program looks at the words that the reference says
//! it should, for values at the edges, whatever stands elsewhere.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

use seccomptime_compiler::arch::{ARCHES, Arch};
use seccomptime_compiler::data::{Class, SYSCALLS, Syscall, Table};
use seccomptime_compiler::plain::{Plain, run};
use seccomptime_compiler::sim;
use seccomptime_tests::reference::{Call, Missing, Reference, View, look};
use seccomptime_tests::stages::{Refused, draft, linked, parsed};

/// What fills the words that don't count.
const GARBAGE: [u64; 2] = [0xdead_beef_0bad_cafe, 0];

/// The kinds of conditions.
const KINDS: [&str; 13] = [
    "A == V",
    "A != V",
    "A < V",
    "A <= V",
    "A > V",
    "A >= V",
    "A & M == V",
    "A & M == 0",
    "A & M != V",
    "A in [V, W, X]",
    "A in LONG",
    "A in V..=W",
    "!(A == V || A == W)",
];

/// An argument of a call on an arch.
struct Argument {
    call: &'static Syscall,
    name: &'static str,
    view: View,
    /// The slots that count.
    slots: Vec<usize>,
}

/// How an argument is called by its place.
const PLACES: [&str; 6] = ["arg0", "arg1", "arg2", "arg3", "arg4", "arg5"];

/// All names that an argument of the call has on any table.
fn names(call: &'static Syscall) -> BTreeSet<&'static str> {
    let on = Table::ALL.into_iter().filter(|t| call.nr_on(*t).is_some());
    let slots = on.flat_map(|table| call.args_on(table));
    let named = slots.chain(call.args).filter(|arg| arg.class != Class::Pad);
    named.map(|arg| arg.name).collect()
}

fn calls(arch: &'static Arch) -> impl Iterator<Item = &'static Syscall> {
    // One of mips is called `syscall`, which in a policy takes a number.
    let named = |call: &&Syscall| call.nr_on(arch.table).is_some() && call.name != "syscall";
    SYSCALLS.iter().filter(named)
}

/// The arguments of all calls, one a call in each batch, so that one policy can hold them.
fn batches(arch: &'static Arch, places: &[&'static str]) -> Vec<Vec<Argument>> {
    let mut batches: Vec<Vec<Argument>> = Vec::new();
    for call in calls(arch) {
        let mut batch = 0;
        for name in names(call).into_iter().chain(places.iter().copied()) {
            let Ok(view) = look(arch, call, name, &[0; 6]) else {
                continue;
            };
            if view.pointer {
                continue;
            }
            let counts = |slot: &usize| {
                let mut args = [0; 6];
                args[*slot] = u64::MAX;
                look(arch, call, name, &args).is_ok_and(|view| view.passed != 0)
            };
            let slots = (0..6).filter(counts).collect();
            if batch == batches.len() {
                batches.push(Vec::new());
            }
            batches[batch].push(Argument {
                call,
                name,
                view,
                slots,
            });
            batch += 1;
        }
    }
    batches
}

impl Argument {
    /// Values on both sides of whatever is told apart in this width.
    fn pivots(&self) -> Vec<i128> {
        let all = 1_i128 << self.view.bits;
        let mut pivots = vec![1, 5, all / 2 - 2];
        if self.view.bits == 64 {
            pivots.extend([
                1 << 31,
                (1 << 32) - 1,
                1 << 32,
                (1 << 32) + 1,
                0x1234_5678_9abc,
            ]);
        }
        pivots.extend(if self.view.signed {
            [-1, -2, -all / 2 + 1]
        } else {
            [all / 2, all / 2 + 1, all - 2]
        });
        pivots
    }

    /// The condition of a kind around one of the pivots, and all numbers in it.
    fn condition(&self, kind: &str, turn: usize) -> (String, Vec<i128>) {
        let pivots = self.pivots();
        let v = pivots[turn % pivots.len()];
        // Two more, of which `w` is greater.
        let (w, x) = (v + 1, pivots[(turn + 1) % pivots.len()]);
        let x = if x == v || x == w { 0 } else { x };
        let mask = if self.view.bits == 64 && self.view.signed {
            v.abs()
        } else {
            v
        };
        let mut long = BTreeSet::from_iter(pivots.iter().copied());
        long.extend((0_i128..).map(|i| 100 + 7 * i).take(9));
        let listed: Vec<i128> = long.into_iter().rev().take(9).collect();
        let long_text = format!("{listed:?}");
        let text = kind.replace("LONG", &long_text);
        let text = match kind.contains('M') {
            // Of the mask's bits, those that are even.
            true => {
                let value = mask & 0x5555_5555_5555_5555;
                let bits = (1_i128 << self.view.bits) - 1;
                let value = value & bits;
                text.replace('M', &mask.to_string())
                    .replace('V', &value.to_string())
            }
            false => text,
        };
        let text = text
            .replace('V', &v.to_string())
            .replace('W', &w.to_string())
            .replace('X', &x.to_string())
            .replacen('A', self.name, 1);
        let text = text.replace("A ", &format!("{} ", self.name));
        let mut numbers = vec![v, w, x, mask, mask & 0x5555_5555_5555_5555];
        if kind.contains("LONG") {
            numbers.extend(listed);
        }
        (text, numbers)
    }

    /// Calls with the argument at the edges and near `numbers`, all other words filled with garbage.
    fn calls(&self, arch: &Arch, numbers: &[i128]) -> Vec<Call> {
        let near = numbers
            .iter()
            .flat_map(|n| [n - 1, *n, n + 1, n + (1 << 32), n ^ (1 << 63)]);
        let edges = [
            0,
            1,
            -1,
            1 << 15,
            1 << 16,
            (1 << 31) - 1,
            1 << 31,
            (1 << 32) - 1,
            1 << 32,
            (1 << 32) + 1,
            (1 << 63) - 1,
            1 << 63,
        ];
        let values: BTreeSet<u64> = near.chain(edges).map(bits_of).collect();
        let nr = self.call.nr_on(arch.table).expect("a call of the arch");
        let mut calls = Vec::new();
        for (turn, value) in values.into_iter().enumerate() {
            // Both for some of the values, and each value with one.
            let garbage = GARBAGE.into_iter().skip(turn % 2).take(1 + turn / 3 % 2);
            for garbage in garbage {
                let mut args = [garbage; 6];
                let low = u64::from(u32::MAX);
                let high_garbage = garbage & !low;
                match self.slots[..] {
                    // The upper word counts where 64 bits do.
                    [slot] if self.view.bits == 64 => args[slot] = value,
                    [slot] => args[slot] = high_garbage | value & low,
                    [first, second] => {
                        let halves = [value & low | high_garbage, value >> 32 | high_garbage];
                        let [lower, upper] = halves;
                        (args[first], args[second]) = if arch.big_endian {
                            (upper, lower)
                        } else {
                            (lower, upper)
                        };
                    }
                    _ => unreachable!("a value is in one slot or two"),
                }
                calls.push(Call {
                    audit: arch.audit,
                    nr,
                    args,
                });
            }
        }
        calls
    }
}

/// The low 64 bits.
fn bits_of(n: i128) -> u64 {
    u64::try_from(n.rem_euclid(1 << 64)).expect("64 bits")
}

fn simulate(program: &[Plain], call: &Call, arch: &Arch) -> Option<u32> {
    let shown = sim::Call {
        nr: call.nr,
        arch: call.audit,
        instruction_pointer: 0,
        args: call.args,
    };
    run(program, &shown, arch.big_endian)
}

#[test]
fn every_argument_of_every_call_on_every_arch() {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut counted = 0;
        while let Some(arch) = ARCHES.get(next.fetch_add(1, Ordering::Relaxed)) {
            for (turn, kind) in KINDS.iter().enumerate() {
                // A place is a name like any other: once is enough.
                let places = if turn == 0 { &PLACES[..] } else { &[] };
                for batch in batches(arch, places) {
                    counted += batch.len();
                    one_of_each(arch, kind, turn, &batch);
                }
            }
        }
        counted
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let counted: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker's count"))
            .sum()
    });
    assert!(counted > 150_000, "{counted}");
}

fn one_of_each(arch: &'static Arch, kind: &str, turn: usize, batch: &[Argument]) {
    let conditions = batch.iter().enumerate();
    let conditions: Vec<(String, Vec<i128>)> = conditions
        .map(|(i, argument)| argument.condition(kind, turn + i))
        .collect();
    let rules = batch.iter().zip(&conditions);
    let rules: Vec<String> = rules
        .map(|(argument, (text, _))| format!("{}({text})", argument.call.name))
        .collect();
    let text = format!("allow({}), default = errno(1)", rules.join(", "));
    let policy = parsed(&text);
    let reference = Reference::new(&policy, arch, false);
    let draft = match draft(&policy, arch, false) {
        Ok(draft) => draft,
        Err(refused) => panic!("{}: {refused:?}: {text}", arch.name),
    };
    let linked = linked(&draft);
    for ((argument, (_, numbers)), rule) in batch.iter().zip(&conditions).zip(&rules) {
        let mut answers = BTreeSet::new();
        for call in argument.calls(arch, numbers) {
            let want = Some(reference.decide(&call));
            answers.insert(want);
            for program in [&draft, &linked] {
                let found = simulate(program, &call, arch);
                assert_eq!(found, want, "{} on {} at {call:x?}", rule, arch.name);
            }
        }
        assert_eq!(
            answers.len(),
            2,
            "{rule} on {} holds always or never",
            arch.name
        );
    }
}

/// Where the reference finds no argument of a name, the compiler says so, and nowhere else.
#[test]
fn arguments_that_are_missing_are_errors() {
    for arch in ARCHES {
        let mut missing = Vec::new();
        let mut there = Vec::new();
        for call in calls(arch) {
            for name in names(call).into_iter().chain(PLACES).chain(["arg6"]) {
                let rule = format!("{}({name} == 0)", call.name);
                match look(arch, call, name, &[0; 6]) {
                    Ok(_) => there.push(rule),
                    Err(Missing) => missing.push(rule),
                }
            }
        }
        let compiled = |rules: &[String]| {
            let text = format!(
                "allow({}), default = errno(1), optimize = size",
                rules.join(", ")
            );
            draft(&parsed(&text), arch, false)
        };
        for rules in there.chunks(500) {
            assert!(
                compiled(rules).is_ok(),
                "{}: {:?}",
                arch.name,
                compiled(rules)
            );
        }
        // One alone first, so that a message is seen to be there for one; then all, each with its own.
        assert!(compiled(&missing[..1]).is_err());
        let Err(Refused::Compiler(messages)) = compiled(&missing) else {
            panic!("{}: what is missing compiles", arch.name);
        };
        let without: Vec<&String> = missing
            .iter()
            .filter(|rule| {
                let (call, rest) = rule.split_once('(').expect("a rule");
                let name = rest.split(' ').next().expect("a name");
                let told = |m: &String| {
                    m.contains(&format!("`{call}`")) && m.contains(&format!("`{name}`"))
                };
                !messages.iter().any(told)
            })
            .collect();
        assert_eq!(without, Vec::<&String>::new(), "{}", arch.name);
    }
}
