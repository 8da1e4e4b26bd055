//! Runs one measured feature of std under exactly its sets, and dies of SIGSYS where they are not enough.
//!
//! `under_set FEATURE DIRECTORY` installs the feature's policy and runs it; the exit status is the errno of a failure.
//! The variable `LISTENER` holds an address that the feature `tcp_client` calls.
//!
//! `under_set --policy FEATURE` prints the policy. `under_set --mark FEATURE DIRECTORY` runs it between two calls of
//! `getppid` instead, for measuring with `strace -f`.
//!
//! `under_set --situation NAME SET` does the same with what can befall any program, under a set that it needn't be about;
//! `under_set --situation NAME` without a policy.

mod files;
mod network;
mod policies;
mod process;
mod situations;
mod threads;

use std::os::unix::process::parent_id;
use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

use seccomptime::Policy;

use situations::SITUATIONS;

/// A feature: the code that the measurement ran.
type Feature = (&'static str, fn(&Path) -> io::Result<()>);

/// The exit status of a failure that the kernel didn't report.
const OTHER_FAILURE: u8 = 200;

/// The exit status of a wrong command line.
const USAGE: u8 = 201;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let known = |name| feature(name).zip(policies::of(name));
    let outcome = match args[..] {
        ["--policy", name] => known(name).map(|(_, policy)| {
            println!("{}", policy.source().text);
            Ok(())
        }),
        ["--mark", name, directory] => feature(name).map(|run| {
            let mark = parent_id();
            let outcome = run(Path::new(directory));
            assert_eq!(mark, parent_id(), "the parent waits");
            outcome
        }),
        ["--situation", name] => situation(name, None),
        ["--situation", name, set] => {
            let backtrace = env::var_os("RUST_BACKTRACE").is_some_and(|it| it == "1");
            situations::policy(set, backtrace).and_then(|policy| situation(name, Some(policy)))
        }
        [name, directory] => known(name).map(|(run, policy)| {
            policy.install().expect("the kernel takes the policy");
            run(Path::new(directory))
        }),
        _ => None,
    };
    match outcome {
        None => ExitCode::from(USAGE),
        Some(Ok(())) => ExitCode::SUCCESS,
        // No message: the policy may forbid to write it.
        Some(Err(error)) => {
            let errno = error
                .raw_os_error()
                .and_then(|errno| u8::try_from(errno).ok());
            ExitCode::from(errno.unwrap_or(OTHER_FAILURE))
        }
    }
}

fn feature(name: &str) -> Option<fn(&Path) -> io::Result<()>> {
    let all = [
        files::FEATURES,
        network::FEATURES,
        process::FEATURES,
        threads::FEATURES,
    ];
    let mut all = all.into_iter().flatten();
    all.find(|(known, _)| *known == name).map(|(_, run)| *run)
}

fn situation(name: &str, policy: Option<&Policy>) -> Option<io::Result<()>> {
    let (_, prepare) = SITUATIONS.iter().find(|(known, _)| *known == name)?;
    let befall = prepare();
    if let Some(policy) = policy {
        policy.install().expect("the kernel takes the policy");
    }
    befall();
    Some(Ok(()))
}
