//! Tables of (arch, number → action) over compiled programs, followed as the kernel's emulator follows them.

use seccomptime_compiler::arch::{ARCHES, NO_CALL, X32_BIT};
use seccomptime_compiler::bpf::{Constant, MAX_INSTRUCTIONS};
use seccomptime_compiler::data::{Arg, Class, SYSCALLS, Syscall, syscall};
use seccomptime_compiler::emulate::emulate;
use seccomptime_compiler::include::NoFiles;
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::resolve::number_on;
use seccomptime_compiler::{Arch, Build, Program, compile};

fn program(text: &str, arch: &str) -> Program {
    let tokens = lex(text, 0).unwrap().tokens;
    let arch = Arch::from_name(arch).unwrap();
    compile(&tokens, arch, Build { debug: false }, &mut NoFiles).unwrap()
}

/// What a program answers, as the policy writes it.
fn answer(program: &Program, audit: u32, number: u32) -> String {
    let at = emulate(&program.instructions, audit, number).expect("decided by number alone");
    match &program.instructions[at].k {
        Constant::Return(action) => action.to_string(),
        other => panic!("a return of {other:?}"),
    }
}

fn native(program: &Program, number: u32) -> String {
    answer(program, program.arch.audit, number)
}

#[test]
fn every_call_of_every_arch() {
    let text = "allow(read, write, openat, exit_group), errno(EPERM: ptrace), log(@chown), default = kill_process";
    for arch in ARCHES {
        let program = program(text, arch.name);
        for call in &SYSCALLS {
            let Some(number) = number_on(call, arch.table) else {
                continue;
            };
            let want = match call.name {
                "read" | "write" | "openat" | "exit_group" => "allow",
                "ptrace" => "errno(EPERM)",
                "chown" | "fchown" | "fchownat" | "lchown" | "chown32" | "fchown32"
                | "lchown32" => "log",
                _ => "kill_process",
            };
            assert_eq!(
                native(&program, number),
                want,
                "{} {}",
                arch.name,
                call.name
            );
        }
    }
}

#[test]
fn numbers_that_are_no_call() {
    for arch in ARCHES {
        let program = program("allow(read), default = kill_process", arch.name);
        assert_eq!(native(&program, NO_CALL), "errno(ENOSYS)", "{}", arch.name);
        // Above the calls of every table, and below the next ABI's of mips.
        let above = syscall("read").unwrap().nr_on(arch.table).unwrap() + 900;
        assert_eq!(native(&program, above), "errno(ENOSYS)", "{}", arch.name);
    }
}

#[test]
fn x32_numbers_are_foreign_to_x86_64_and_the_other_way_round() {
    let x86_64 = program("allow(read), default = errno(EPERM)", "x86_64");
    for number in [X32_BIT, X32_BIT + 1, X32_BIT + 600, 1 << 31, NO_CALL - 1] {
        assert_eq!(native(&x86_64, number), "kill_process", "{number:#x}");
    }
    assert_eq!(native(&x86_64, X32_BIT - 1), "errno(ENOSYS)");
    let x32 = program("allow(read), default = errno(EPERM)", "x32");
    assert_eq!(native(&x32, X32_BIT), "allow");
    assert_eq!(native(&x32, 0), "kill_process");
    assert_eq!(native(&x32, X32_BIT - 1), "kill_process");
    assert_eq!(native(&x32, NO_CALL), "errno(ENOSYS)");
}

#[test]
fn x32_numbers_without_the_bit_are_no_hole() {
    // Before 5.4 these were x32 calls; where unknown numbers get through they are foreign.
    let open = program("errno(EPERM: ptrace), default = allow", "x86_64");
    assert_eq!(native(&open, 511), "allow");
    assert_eq!(native(&open, 512), "kill_process");
    assert_eq!(native(&open, 547), "kill_process");
    assert_eq!(native(&open, 548), "allow");
    let closed = program("allow(read), default = kill_process", "x86_64");
    assert_eq!(native(&closed, 512), "errno(ENOSYS)");
}

#[test]
fn other_audit_arches_are_foreign() {
    for arch in ARCHES {
        for (text, want) in [
            ("allow(read), default = kill_process", "kill_process"),
            ("allow(read), default = log", "log"),
            (
                "allow(read), errno(EPERM: ptrace), default = log",
                "kill_process",
            ),
            (
                "allow(read), default = kill_process, foreign = errno(EPERM)",
                "errno(EPERM)",
            ),
            ("errno(EPERM: ptrace), default = allow", "kill_process"),
        ] {
            let program = program(text, arch.name);
            for other in ARCHES.iter().filter(|other| other.audit != arch.audit) {
                for number in [0, 1, 57, 4000, NO_CALL] {
                    assert_eq!(answer(&program, other.audit, number), want, "{text}");
                }
            }
        }
    }
}

#[test]
fn unknown_follows_the_default_only_where_that_lets_through() {
    for (text, want) in [
        ("allow(read), default = log", "log"),
        ("errno(EPERM: getpid), default = allow", "allow"),
        ("allow(read), default = errno(EPERM)", "errno(ENOSYS)"),
        ("allow(read), default = trap", "errno(ENOSYS)"),
        (
            "allow(read), default = log, unknown = kill_process",
            "kill_process",
        ),
    ] {
        // 400 lies in the hole between the calls of old and those that all arches number alike.
        assert_eq!(native(&program(text, "x86_64"), 400), want, "{text}");
    }
}

#[test]
fn baseline_makes_later_calls_unknown() {
    let text = "allow(read), default = kill_process, baseline = \"6.1\"";
    let program = program(text, "x86_64");
    let number = |name: &str| syscall(name).unwrap().nr_on(program.arch.table).unwrap();
    // 6.8 and 5.14.
    assert_eq!(native(&program, number("statmount")), "errno(ENOSYS)");
    assert_eq!(native(&program, number("memfd_secret")), "kill_process");
}

#[test]
fn bare_numbers_and_rules_for_some_arches() {
    let text = "allow(syscall(1000)), arch(x86_64, arm: allow(open)), default = errno(EPERM)";
    let x86_64 = program(text, "x86_64");
    assert_eq!(native(&x86_64, 1000), "allow");
    assert_eq!(native(&x86_64, 2), "allow");
    let i686 = program(text, "i686");
    assert_eq!(native(&i686, 1000), "allow");
    assert_eq!(native(&i686, 5), "errno(EPERM)");
}

#[test]
fn a_name_that_a_table_spells_otherwise() {
    let program = program("allow(mmap), default = errno(EPERM)", "riscv32");
    let mmap2 = syscall("mmap2").unwrap().nr_on(program.arch.table).unwrap();
    assert_eq!(native(&program, mmap2), "allow");
}

#[test]
fn debug_default_replaces_default() {
    let text = "allow(read), default = kill_process, debug_default = log";
    let tokens = lex(text, 0).unwrap().tokens;
    let arch = Arch::from_name("x86_64").unwrap();
    for (debug, want) in [(true, "log"), (false, "kill_process")] {
        let program = compile(&tokens, arch, Build { debug }, &mut NoFiles).unwrap();
        assert_eq!(native(&program, 1), want);
        assert_eq!(answer(&program, 3, 1), want);
    }
}

#[test]
fn enosys_is_the_targets() {
    let mips = program("allow(read), default = kill_process", "mips");
    assert_eq!(mips.arch.enosys, 89);
    assert_eq!(native(&mips, 0), "errno(ENOSYS)");
}

#[test]
fn programs_are_as_small_as_can_be() {
    // notes on size: three of a header, two returns, a test for each edge but those that one JEQ carves out.
    let text = "allow(read, write), default = errno(EPERM), foreign = errno(EPERM), unknown = errno(EPERM)";
    assert_eq!(program(text, "x86_64").instructions.len(), 6);
    let text = "allow(read), default = log";
    assert_eq!(program(text, "x86_64").instructions.len(), 6);
}

/// As many instructions as are wanted: numbers, every other one its own answer, and tests of one argument, an instruction each.
fn long(numbers: u32, tests: u32) -> String {
    let numbers = (0..numbers).map(|n| format!("syscall({})", 10_000 + 2 * n));
    let tests: Vec<String> = (0..tests).map(|n| format!("fd == {n}")).collect();
    let calls: Vec<String> = numbers
        .chain([format!("close({})", tests.join(" || "))])
        .collect();
    format!(
        "allow({}), default = errno(EPERM), foreign = errno(EPERM), unknown = errno(EPERM), optimize = size",
        calls.join(", ")
    )
}

fn compiled(text: &str) -> Result<Program, String> {
    let tokens = lex(text, 0).unwrap().tokens;
    let arch = Arch::from_name("aarch64").unwrap();
    compile(&tokens, arch, Build { debug: false }, &mut NoFiles)
        .map_err(|mut errors| errors.remove(0).message)
}

#[test]
fn the_longest_program_and_one_longer() {
    const NUMBERS: u32 = 800;
    let length = |tests: u32| compiled(&long(NUMBERS, tests)).map(|p| p.instructions.len());
    let mut fits = u32::try_from(MAX_INSTRUCTIONS).unwrap() - NUMBERS;
    // What is too much for the header, the returns and the bridges of far jumps.
    while let Err(error) = length(fits) {
        let words = error
            .split(' ')
            .filter_map(|word| word.parse::<usize>().ok());
        let over = words.max().unwrap() - MAX_INSTRUCTIONS;
        fits -= u32::try_from(over).unwrap();
    }
    // Without so many tests there are fewer bridges too.
    while length(fits + 1).is_ok() {
        fits += 1;
    }
    assert_eq!(length(fits), Ok(MAX_INSTRUCTIONS));
    let error = length(fits + 1).unwrap_err();
    assert!(error.contains("the kernel takes 4096"), "{error}");
}

/// Neither a program nor a condition that is long is deep on the stack: the smallest that a thread of std gets.
#[test]
fn long_programs_fit_a_small_stack() {
    const STACK: usize = 2 << 20;
    let aarch64 = Arch::from_name("aarch64").unwrap().table;
    let values = |count: u32| -> Vec<String> { (0..count).map(|n| (n * 3).to_string()).collect() };
    // Of 64 bits: not searched, one value after the other.
    let wide = format!(
        "allow(lseek(offset in [{}])), default = errno(EPERM)",
        values(900).join(", ")
    );
    let searched = format!(
        "allow(ioctl(cmd in [{}])), default = errno(EPERM)",
        values(1000).join(", ")
    );
    // Two rules for every call that has an argument which is a number, each with conditions of its own.
    let place = |call: &'static Syscall| {
        let number = |arg: &Arg| !matches!(arg.class, Class::Ptr | Class::Pad);
        call.args.iter().position(number).map(|at| (call.name, at))
    };
    let here = |(name, _): &(&str, usize)| {
        *name != "syscall" && syscall(name).is_some_and(|call| number_on(call, aarch64).is_some())
    };
    let conditioned: Vec<_> = SYSCALLS.iter().filter_map(place).filter(here).collect();
    let rules = |from: usize| {
        let rules = conditioned.iter().enumerate().map(|(i, (name, at))| {
            let tests: Vec<String> = (from..from + 4)
                .map(|n| format!("arg{at} == {}", 10 * i + n))
                .collect();
            format!("{name}({})", tests.join(" || "))
        });
        rules.collect::<Vec<_>>().join(", ")
    };
    assert!(2 * conditioned.len() > 400, "{}", conditioned.len());
    let chains = format!(
        "allow({}), errno(EACCES: {}), default = errno(EPERM)",
        rules(0),
        rules(4)
    );
    for text in [long(1, 3900), wide, searched, chains] {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn(move || compiled(&text).map(|p| p.instructions.len()));
        let length = thread.unwrap().join().unwrap().unwrap();
        assert!(length > 1000, "{length}");
    }
}
