//! What is forbidden under a condition is an error exactly where there are arguments with which it is let in: asked as rustc is, and tried.

use seccomptime::__private::never_allows;
use seccomptime::Instruction;
use seccomptime_compiler::deciding::{Question, Wrong};
use seccomptime_compiler::include::NoFiles;
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::plain::{Plain, plain, run};
use seccomptime_compiler::sim::Call;
use seccomptime_compiler::{Arch, Build, Diagnostic, Program, compile};
use seccomptime_tests::reference::number;

/// On `fcntl(fd, cmd, arg)`.
const CONDITIONS: [&str; 11] = [
    "cmd == 3",
    "cmd != 3",
    "cmd in [1, 3, 5, 7, 9]",
    "cmd in 3..=8",
    "cmd > 8",
    "cmd & 3 == 0",
    "cmd & 6 == 2, fd == 1",
    "fd <= 1 || cmd == 2",
    "!(fd == 1 || fd == 2)",
    "arg == 0x1_0000_0000 || arg in 2..=3",
    "cmd == 3, fd != 1, arg == 2",
];

/// All values of the conditions, and beyond the greatest all that their masks leave.
const COMMANDS: u64 = 20;
const DESCRIPTORS: u64 = 4;
const ARGUMENTS: [u64; 6] = [0, 1, 2, 3, 4, 0x1_0000_0000];

fn compiled(policy: &str) -> Result<Program, Vec<Diagnostic>> {
    let arch = Arch::from_name("x86_64").unwrap();
    let tokens = lex(policy, 0).unwrap().tokens;
    compile(&tokens, arch, Build { debug: false }, &mut NoFiles)
}

fn known(program: &Program, instructions: &[seccomptime_compiler::bpf::Instruction]) -> Vec<Plain> {
    plain(instructions, &program.values, program.arch, &number).unwrap()
}

/// Whether rustc would find the call let in.
fn is_let_in(program: &Program, question: &Question) -> bool {
    let plain = known(program, &question.program);
    let plain = plain
        .iter()
        .map(|&Plain { code, jt, jf, k }| Instruction { code, jt, jf, k });
    let plain: Vec<Instruction> = plain.collect();
    matches!(question.wrong, Wrong::Open { .. }) && !never_allows(&plain)
}

/// All calls of `fcntl` that differ to the conditions, and whether the program permits them.
fn permitted(program: &[Plain], arch: &Arch) -> Vec<bool> {
    let nr = 72;
    let mut all = Vec::new();
    for cmd in 0..COMMANDS {
        for fd in 0..DESCRIPTORS {
            for arg in ARGUMENTS {
                let call = Call {
                    arch: arch.audit,
                    nr,
                    instruction_pointer: 0,
                    args: [fd, cmd, arg, 0, 0, 0],
                };
                let action = run(program, &call, arch.big_endian).unwrap();
                all.push(matches!(action & 0xffff_0000, 0x7fff_0000 | 0x7ffc_0000));
            }
        }
    }
    all
}

#[test]
fn an_error_exactly_where_it_is_let_in() {
    let when = CONDITIONS.map(|condition| {
        let program = compiled(&format!("allow(exit_group, fcntl({condition}))")).unwrap();
        permitted(&known(&program, &program.instructions), program.arch)
    });
    let (mut open, mut shut) = (0, 0);
    for (forbidden, forbids) in CONDITIONS.iter().zip(&when) {
        for denied in CONDITIONS {
            let policies = CONDITIONS.iter().map(|allowed| {
                format!("allow(exit_group, fcntl({allowed})), errno(1: fcntl({denied})), ")
            });
            let plain = format!("allow(exit_group, fcntl), errno(1: fcntl({denied})), ");
            for rules in policies.chain([plain]) {
                // Without `forbid`, which is not to change it.
                let program = compiled(&rules).unwrap();
                let permits = permitted(&known(&program, &program.instructions), program.arch);
                let is_open = permits
                    .iter()
                    .zip(forbids)
                    .any(|(permit, forbid)| *permit && *forbid);
                let policy = format!("{rules} forbid(fcntl({forbidden}))");
                let told = match compiled(&policy) {
                    Ok(program) => program.questions.iter().any(|q| is_let_in(&program, q)),
                    Err(told) => told.iter().any(|d| d.message.contains("lets it in")),
                };
                assert_eq!(told, is_open, "{policy}");
                *if is_open { &mut open } else { &mut shut } += 1;
            }
        }
    }
    assert!(open > 300 && shut > 300, "{open} {shut}");
}
