//! The prover against programs with one thing wrong, and against policies that differ in one thing.
//!
//! What the prover takes must be the same program in other words: the two are then compared on every kind of calls that either can
//! tell apart ([`cells`](seccomptime_tests::cells)), for several values of the constants. `SECCOMPTIME_CASES` is how many policies that
//! is done for.

use std::collections::BTreeMap;

use seccomptime_compiler::Arch;
use seccomptime_compiler::bpf::{Constant, Half, Instruction, Of};
use seccomptime_compiler::plain::{Plain, plain};
use seccomptime_compiler::prove::{Claim, prove};
use seccomptime_tests::cells::{Compared, compare};
use seccomptime_tests::corpus::{Case, case, single};
use seccomptime_tests::corrupt::{Corruption, Kind, corruptions};
use seccomptime_tests::differ::{Part, different};
use seccomptime_tests::stages::{claim as of, linked, parsed};
use seccomptime_tests::values::{Assignment, Random, Style};

/// How many policies are taken where nobody says how many.
const CASES: usize = 8;
/// How many kinds of calls two programs are compared on at most; programs that tell more apart are left out.
const CALLS: usize = 20_000;
/// Of a short program all corruptions are tried, of a longer one this many of those that there are too many of.
const SHORT: usize = 40;
const FEW: usize = 4;
/// How often the values of a program's constants are chosen where it is linked.
const MANY: usize = 3;
/// One of so many corruptions that are refused is looked at more closely.
const LOOKED_AT: usize = 16;

fn cases() -> usize {
    let said = std::env::var("SECCOMPTIME_CASES").ok();
    said.map_or(CASES, |said| said.parse().expect("a number of cases"))
}

/// The first policies that compile and whose calls can all be tried, each given to `test` with what is to be proved and what its
/// constants may be. `test` runs on several threads; what it gives is given back.
fn each<T: Send>(test: impl Fn(&Case, &Claim<'_, '_>, &[Assignment]) -> T + Sync) -> Vec<T> {
    let count = cases();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let of_thread = |thread: usize| {
        let mine = (count + threads - 1 - thread) / threads;
        let mut found = Vec::new();
        let mut index = thread;
        while found.len() < mine {
            let case = case(index);
            index += threads;
            let policy = parsed(&case.text);
            let tried = of(&policy, case.arch, false, |claim| {
                let assignments = assignments(claim, index);
                let all = !assignments.is_empty()
                    && assignments.iter().all(|assignment| {
                        let program = numbers(claim.program, claim, assignment);
                        compare([&program, &program], CALLS) != Compared::TooMany
                    });
                all.then(|| test(&case, claim, &assignments))
            });
            found.extend(tried.ok().flatten());
        }
        found
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|t| scope.spawn(move || of_thread(t)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a thread's results"))
            .collect()
    })
}

fn assignments(claim: &Claim<'_, '_>, seed: usize) -> Vec<Assignment> {
    let mut random = Random::new(u64::try_from(seed).expect("64 bits"));
    let mut of = |style| Assignment::of(claim.values, claim.arch, style, &mut random);
    if claim.values.all.is_empty() {
        return of(Style::Any).into_iter().collect();
    }
    Style::ALL.into_iter().filter_map(&mut of).collect()
}

fn numbers(program: &[Instruction], claim: &Claim<'_, '_>, assignment: &Assignment) -> Vec<Plain> {
    let number = |e: &_| assignment.number(e);
    plain(program, claim.values, claim.arch, &number).expect("values that fit")
}

/// What became of corrupted programs.
#[derive(Clone, Copy, Default)]
struct Count {
    refused: usize,
    taken: usize,
    /// Of those refused that were looked at.
    different: usize,
    same: usize,
}

#[test]
fn one_thing_wrong_is_caught() {
    let counts = each(|case, claim, assignments| {
        assert_eq!(prove(claim), Ok(()), "{case:?}");
        let mut random = Random::new(9);
        let few = if claim.program.len() <= SHORT {
            usize::MAX
        } else {
            FEW
        };
        let originals: Vec<Vec<Plain>> = assignments
            .iter()
            .map(|a| numbers(claim.program, claim, a))
            .collect();
        // Whether it does the same, whatever the constants are.
        let same = |corrupted: &[Instruction]| {
            let mut pairs = originals.iter().zip(assignments);
            pairs.all(|(original, assignment)| {
                let corrupted = numbers(corrupted, claim, assignment);
                matches!(
                    compare([original, &corrupted], usize::MAX),
                    Compared::Same(_)
                )
            })
        };
        let mut counts: BTreeMap<Kind, Count> = BTreeMap::new();
        for corruption in corruptions(claim.program, claim.values, few, &mut random) {
            let corrupted = corruption.of(claim.program);
            let count = counts.entry(corruption.kind).or_default();
            let proved = prove(&Claim {
                program: &corrupted,
                ..*claim
            });
            if proved.is_ok() {
                count.taken += 1;
                assert!(same(&corrupted), "{corruption:?} is taken in {case:?}");
            } else {
                count.refused += 1;
                if random.below(LOOKED_AT) == 0 && is_there(&corruption, claim) {
                    let same = same(&corrupted);
                    count.same += usize::from(same);
                    count.different += usize::from(!same);
                }
            }
        }
        (claim.program.len(), counts)
    });
    let mut sum: BTreeMap<Kind, Count> = BTreeMap::new();
    for (kind, count) in counts.iter().flat_map(|(_, counts)| counts) {
        let sum = sum.entry(*kind).or_default();
        sum.refused += count.refused;
        sum.taken += count.taken;
        sum.same += count.same;
        sum.different += count.different;
    }
    let lengths: Vec<usize> = counts.iter().map(|(length, _)| *length).collect();
    println!(
        "{} programs of {} to {} instructions, {} in all",
        lengths.len(),
        lengths.iter().min().expect("some programs"),
        lengths.iter().max().expect("some programs"),
        lengths.iter().sum::<usize>(),
    );
    println!(
        "kind        caught  taken, all equivalent  of the caught, looked at: different, equivalent"
    );
    for kind in Kind::ALL {
        let Count {
            refused,
            taken,
            different,
            same,
        } = sum.get(&kind).copied().unwrap_or_default();
        println!(
            "{:<10} {refused:>7} {taken:>7} {different:>7} {same:>7}",
            format!("{kind:?}")
        );
        assert!(refused > 0, "no {kind:?} is caught");
        assert!(
            different > 0,
            "none of the {kind:?} that are caught makes a difference"
        );
    }
    println!(
        "0 missed of {}",
        sum.values()
            .map(|count| count.refused + count.taken)
            .sum::<usize>()
    );
}

/// Whether a value that a corruption names is there at all.
fn is_there(corruption: &Corruption, claim: &Claim<'_, '_>) -> bool {
    match corruption.with.as_ref().map(|with| &with.k) {
        Some(Constant::Value(Half {
            of: Of::Sorted { list, index },
            ..
        })) => *index < claim.values.lists[*list].values.len(),
        _ => true,
    }
}

/// A program is of no policy but its own, and of those that say the same in other words.
#[test]
fn another_policy_is_told_apart() {
    let counts = each(|case, claim, assignments| {
        let policy = parsed(&case.text);
        let mut counts: BTreeMap<Part, [usize; 2]> = BTreeMap::new();
        for (part, other) in different(&policy, &mut Random::new(7)) {
            // What other policies don't compile for is not the prover's to find.
            let _ = of(&other, case.arch, false, |of_other| {
                let mut pairs = assignments.iter().filter_map(|assignment| {
                    let number = |e: &_| assignment.number(e);
                    let other =
                        plain(of_other.program, of_other.values, case.arch, &number).ok()?;
                    Some([numbers(claim.program, claim, assignment), other])
                });
                let differ = pairs.any(|[own, other]| {
                    matches!(compare([&own, &other], CALLS), Compared::Different(..))
                });
                let proved = prove(&Claim {
                    names: of_other.names,
                    defaults: of_other.defaults,
                    ..*claim
                });
                assert!(
                    !differ || proved.is_err(),
                    "{part:?} of {case:?}: {:?}",
                    other.rules
                );
                counts.entry(part).or_default()[usize::from(!differ)] += 1;
            });
        }
        counts
    });
    println!("part         told apart  no difference seen");
    for part in Part::ALL {
        let of_part = counts.iter().filter_map(|counts| counts.get(&part));
        let [differ, same] = of_part.fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        println!("{:<12} {differ:>10} {same:>10}", format!("{part:?}"));
        assert!(differ > 0, "no policy differs in {part:?}");
    }
}

/// What rustc makes of the draft does what the draft does, whatever the constants are.
#[test]
fn linked_programs_do_what_the_draft_does() {
    let mut counts = each(|case, claim, _| link_all(case, claim));
    for arch in ["x86_64", "s390x", "armeb"] {
        for case in single(Arch::from_name(arch).expect("an arch")) {
            let linked = of(&parsed(&case.text), case.arch, false, |claim| {
                link_all(&case, claim)
            });
            // Not every argument is on every arch.
            counts.extend(linked);
        }
    }
    let [all, shorter] = counts.iter().fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
    println!("{all} programs linked, {shorter} made shorter");
    assert!(shorter > 0);
}

/// Links a program for many values of its constants: how many that were, and how many made it shorter.
fn link_all(case: &Case, claim: &Claim<'_, '_>) -> [usize; 2] {
    let mut counts = [0, 0];
    for assignment in (0..MANY).flat_map(|seed| assignments(claim, seed)) {
        let draft = numbers(claim.program, claim, &assignment);
        let linked = linked(&draft);
        match compare([&draft, &linked], CALLS) {
            Compared::Same(_) => {
                counts[0] += 1;
                counts[1] += usize::from(linked.len() < draft.len());
            }
            Compared::TooMany => {}
            compared @ Compared::Different(..) => {
                panic!("{case:?} with {assignment:?}: {compared:x?}")
            }
        }
    }
    counts
}

/// Long lists and many conditions, whose jumps go over bridges, on the stack that rustc gives a macro.
#[test]
fn long_programs_are_proved() {
    let names = |count: usize| (0..count).map(|i| format!("K{i}")).collect::<Vec<_>>();
    let list = |count| names(count).join(", ");
    let any = |count, before: &str, after: &str| {
        let tests = names(count)
            .into_iter()
            .map(|name| format!("{before}{name}{after}"));
        tests.collect::<Vec<_>>().join(" || ")
    };
    let texts = [
        format!("allow(read, ioctl(cmd in [{}], fd == 1))", list(1000)),
        format!("allow(read, ioctl(!(cmd in [{}]), fd == 1))", list(1000)),
        format!("allow(read, ioctl(cmd & 0xffff in [{}]))", list(1000)),
        format!("allow(read, prctl(arg2 in [{}]))", list(1000)),
        format!(
            "allow(read), errno(1: ioctl({}))",
            any(500, "cmd == ", " && arg != 7")
        ),
        format!(
            "allow(read), errno(1: ioctl({}))",
            any(500, "arg > ", " && fd == 7")
        ),
    ];
    let prove_all = move || {
        for text in texts {
            for arch in
                ["x86_64", "s390x", "arm"].map(|name| Arch::from_name(name).expect("an arch"))
            {
                let proved = of(&parsed(&text), arch, false, |claim| {
                    (claim.program.len(), prove(claim))
                });
                let (length, proved) = proved.expect("a program");
                assert_eq!(
                    proved,
                    Ok(()),
                    "{length} instructions for {}: {text}",
                    arch.name
                );
                assert!(length > 500);
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(8 << 20);
    thread
        .spawn(prove_all)
        .expect("a thread")
        .join()
        .expect("proofs");
}
