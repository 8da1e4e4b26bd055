//! What installs say they did, and did: its arguments are steps, `thread:` before those that a thread of their own makes.

use seccomptime::{Policy, policy};

static LOG: Policy = policy!(errno(EPERM: getppid), default = log);
static LOG_OR_ALLOW: Policy = policy!(default = log or allow, waive(looser_fallback: "shown here"));
static LOG_OR_ERRNO: Policy = policy!(allow(@rust-main, @stdio), default = log or errno(EACCES));
static KILL: Policy = policy!(allow(@rust-main, @stdio), errno(EPERM: getppid));
static KILL_BUT_INSTALL: Policy =
    policy!(allow(@rust-main, @stdio, @install), errno(EPERM: getppid));
static KILL_BUT_LOAD: Policy = policy!(
    allow(@rust-main, @stdio, prctl(option in [PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS])),
    allow(seccomp(op == SECCOMP_SET_MODE_FILTER)),
    errno(EPERM: getppid),
);
static FLAGS: Policy = policy!(errno(EPERM: getppid), default = log, flags(log, tsync));

fn policy_of(name: &str) -> &'static Policy {
    match name {
        "log" => &LOG,
        "log_or_allow" => &LOG_OR_ALLOW,
        "log_or_errno" => &LOG_OR_ERRNO,
        "kill" => &KILL,
        "kill_but_install" => &KILL_BUT_INSTALL,
        "kill_but_load" => &KILL_BUT_LOAD,
        "flags" => &FLAGS,
        _ => panic!("no such policy: {name}"),
    }
}

/// Makes a call that the policies here don't list, or installs a policy, and says what came of it.
fn step(name: &str) {
    if name == "unlisted" {
        let error = std::fs::File::open("/").err();
        println!("{name}: {:?}", error.and_then(|error| error.raw_os_error()));
        return;
    }
    match policy_of(name).install() {
        Ok(status) => println!("{name}: {status}"),
        Err(error) => println!("{name}: {error}; {}", error.hint()),
    }
}

fn main() {
    // All of it beforehand: the policies may refuse what it takes.
    let steps: Vec<_> = std::env::args().skip(1).collect();
    for name in steps {
        match name.strip_prefix("thread:") {
            Some(names) => {
                let names = names.to_owned();
                let thread = std::thread::spawn(move || names.split('+').for_each(step));
                // Where the thread was killed this panics, as there is no result.
                thread.join().expect("an install doesn't panic");
            }
            None => step(&name),
        }
    }
}
