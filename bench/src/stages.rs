//! The compiler's stages one by one.

use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

use seccomptime_compiler::check::check_arch;
use seccomptime_compiler::diagnostic::{Level, Report};
use seccomptime_compiler::imply::imply;
use seccomptime_compiler::include::{NoFiles, parse_all};
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::prove::{Claim, prove};
use seccomptime_compiler::resolve::resolve;
use seccomptime_compiler::select::Defaults;
use seccomptime_compiler::token::{Span, Token};
use seccomptime_compiler::{Arch, Build, Place, analyse, compile, generate};

/// Instructions, and milliseconds of processor time.
pub struct Stages {
    pub length: usize,
    pub checks: f64,
    pub generation: f64,
    pub proof: f64,
}

/// Compiles a policy that nothing is wrong with.
pub fn run(policy: &str) -> Stages {
    let tokens = tokens(policy);
    let start = worked();
    let analysis = analyse(&tokens, Place::Value, &mut NoFiles);
    let checks = millis(start);
    let mut errors = analysis
        .diagnostics
        .iter()
        .filter(|d| d.level == Level::Error);
    assert!(errors.next().is_none(), "{:?}", analysis.diagnostics);

    let mut report = Report::default();
    let mut read = parse_all(&tokens, &mut NoFiles, &mut report);
    imply(&mut read);
    let names = resolve(&read, &mut report);
    let defaults = Defaults::of(&read, true);
    let arch = arch();
    let built = (&defaults, arch.table);
    let whole = Span::default();
    check_arch(&read, &names, Place::Value, whole, built, &mut report);
    let start = worked();
    let (program, values) = generate(&read, &names, &defaults, arch, &mut report);
    let generation = millis(start);
    assert!(!report.has_errors(), "{:?}", report.into_diagnostics());
    let claim = Claim {
        program: &program,
        values: &values,
        names: &names,
        defaults: &defaults,
        arch,
    };
    let start = worked();
    let proved = prove(&claim);
    let proof = millis(start);
    proved.expect("a program that does what its policy says");
    Stages {
        length: program.len(),
        checks,
        generation,
        proof,
    }
}

/// How long the program is, or `None` where it is refused.
pub fn length(policy: &str) -> Option<usize> {
    let program = compile(&tokens(policy), arch(), Build { debug: true }, &mut NoFiles);
    Some(program.ok()?.instructions.len())
}

/// Why a policy is refused.
pub fn refusal(policy: &str) -> String {
    let program = compile(&tokens(policy), arch(), Build { debug: true }, &mut NoFiles);
    let diagnostics = program.expect_err("a program that is too long");
    let messages: Vec<String> = diagnostics.into_iter().map(|d| d.message).collect();
    messages.join("; ")
}

fn tokens(policy: &str) -> Vec<Token> {
    lex(policy, 0).expect("the text of a policy").tokens
}

fn arch() -> &'static Arch {
    Arch::from_name("x86_64").expect("an arch of the compiler")
}

/// Since `start`.
fn millis(start: Duration) -> f64 {
    (worked() - start).as_secs_f64() * 1000.0
}

/// The processor's time that this thread had: what else the machine does isn't the compiler's.
fn worked() -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the kernel writes the struct during the call.
    let got = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, time.as_mut_ptr()) };
    assert_eq!(got, 0, "clock_gettime: {}", io::Error::last_os_error());
    // SAFETY: a call that succeeds has written it.
    let time = unsafe { time.assume_init() };
    let seconds = u64::try_from(time.tv_sec).expect("no negative time");
    Duration::from_secs(seconds) + Duration::from_nanos(time.tv_nsec.unsigned_abs())
}
