use crate::{Level, Place};

use super::told::everywhere;

/// The messages for a policy that stands at `place`.
fn at(place: Place, text: &str) -> Vec<String> {
    everywhere(place, text)
        .into_iter()
        .map(|d| match d.level {
            Level::Error => d.message,
            Level::Warning => format!("warning: {}", d.message),
        })
        .collect()
}

fn on_main(text: &str) -> Vec<String> {
    at(Place::Main, text)
}

fn good(text: &str) {
    assert_eq!(on_main(text), Vec::<String>::new(), "{text}");
}

#[test]
fn policies_that_are_right() {
    good("allow(read, write), default = log");
    good("default = log");
    good("allow(@process, @file-system), errno(EPERM: @chown), default = log");
    good("errno(EPERM: ptrace), default = allow");
    good("allow(exit_group, rt_sigreturn), default = errno(EPERM)");
    good("allow(@rust-main, @rust-panic)");
    good("trap(getpid), errno(EPERM: rt_sigaction(sig == SIGSYS)), default = allow");
    // A set partly taken away by a stricter rule, in any order of writing.
    good("errno(EPERM: @chown), allow(@file-system), default = log");
    // One name on one arch, and otherwise on another.
    good(
        "arch(x86_64: errno(EPERM: getpgrp)), arch(aarch64: errno(EACCES: getpgid)), default = allow",
    );
}

#[test]
fn names() {
    for (text, want) in [
        (
            "allow(raed), default = log",
            "`raed` is no syscall of any arch; did you mean `read`?",
        ),
        (
            "allow(fstatat), default = log",
            "`fstatat` is called `newfstatat` in the kernel's tables: write `newfstatat`",
        ),
        (
            "allow(mount_setattrs), default = log",
            "`mount_setattrs` is no syscall of any arch; did you mean `mount_setattr`?",
        ),
        (
            "allow(frobnicate), default = log",
            "`frobnicate` is no syscall of any arch up to Linux 7.3; `syscall(NR)` takes a bare number",
        ),
        (
            "allow(@file-sytem), default = log",
            "there is no set `@file-sytem`; did you mean `@file-system`?",
        ),
        (
            "allow(@read), default = log",
            "there is no set `@read`; the syscall is written `read`",
        ),
        (
            "allow(@mount - read), default = log",
            "`@mount` holds no `read` to take away",
        ),
        (
            "allow(@chown - @chown), default = log",
            "nothing is left of `@chown`",
        ),
        (
            "allow(statmount), default = log, baseline = \"6.1\"",
            "`statmount` came with Linux 6.8, after the baseline 6.1: raise `baseline`, or leave it out",
        ),
        (
            "allow(read), default = log, baseline = \"9.9\"",
            "the tables of this version of seccomptime end with Linux 7.3",
        ),
    ] {
        assert_eq!(on_main(text), [want], "{text}");
    }
}

#[test]
fn rules_that_say_the_same_or_two_things() {
    for (text, want) in [
        (
            "allow(read, read), default = log",
            "`read` is said twice under `allow`",
        ),
        (
            "allow(@mount, @mount), default = log",
            "`@mount` is said twice under `allow`",
        ),
        (
            "errno(EPERM: getpid), errno(EACCES: getpid), default = log",
            "`getpid` is answered with `errno(EPERM)` and with `errno(EACCES)`: one call has one value",
        ),
        (
            "errno(EPERM: @chown), errno(EACCES: fchown), default = log",
            "`fchown` is answered with `errno(EPERM)` and with `errno(EACCES)`: one call has one value",
        ),
        (
            "allow(@mount, umount2), default = log",
            "warning: `@mount` holds `umount2` already",
        ),
        (
            "allow(umount2, @mount), default = log",
            "warning: `@mount` holds `umount2` already",
        ),
    ] {
        assert_eq!(on_main(text), [want], "{text}");
    }
}

#[test]
fn what_is_hot() {
    for (text, want) in [
        (
            "allow(read), hot(raed), default = log",
            "`raed` is no syscall of any arch; did you mean `read`?",
        ),
        (
            "allow(read), hot(@stdoi), default = log",
            "there is no set `@stdoi`; did you mean `@stdio`?",
        ),
        (
            "allow(read), hot(statmount), default = log, baseline = \"6.1\"",
            "`statmount` came with Linux 6.8, after the baseline 6.1: raise `baseline`, or leave it out",
        ),
        (
            "allow(read), hot(), default = log",
            "`hot` is empty: name the calls that the program makes most, such as `hot(read, futex)`",
        ),
        (
            "allow(read(fd == 0)), hot(read(fd == 0)), default = log",
            "`hot` takes the names of calls and sets alone: no condition, and no number",
        ),
        (
            "allow(syscall(1000)), hot(syscall(1000)), default = log",
            "`hot` takes the names of calls and sets alone: no condition, and no number",
        ),
        (
            "allow(read), hot(read), hot(read), default = log",
            "`read` is said to be hot twice",
        ),
        (
            "allow(@mount), hot(umount2, @mount), default = log",
            "warning: `@mount` holds `umount2` already",
        ),
        (
            "kill_process(ptrace), hot(ptrace), default = log",
            "`ptrace` is the end of whoever calls it, so no program does it often: allow it, or take it out of `hot`",
        ),
        (
            "kill_process(@mount), hot(@mount), default = log",
            "`@mount` is the end of whoever calls it, so no program does it often: allow it, or take it out of `hot`",
        ),
    ] {
        assert_eq!(on_main(text), [want], "{text}");
    }
    for text in [
        // One that is denied may be made often all the same, and of a set one call is enough.
        "errno(ENOSYS: getpid), hot(getpid, @mount - umount2), kill_process(mount), default = log",
        // None of them is known yet.
        "allow(read), hot(@mount - mount - umount - umount2), default = log, baseline = \"2.6\"",
    ] {
        assert_eq!(on_main(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn rules_that_never_decide() {
    for (text, want) in [
        (
            "allow(getpid), errno(EPERM: getpid), default = log",
            "this never decides: `errno(EPERM)` of `getpid` is stricter than `allow` of `getpid`, and the strictest rule wins",
        ),
        (
            "allow(fchown), errno(EPERM: @chown), default = log",
            "this never decides: `errno(EPERM)` of `@chown` is stricter than `allow` of `fchown`, and the strictest rule wins",
        ),
        (
            "allow(read), default = allow, foreign = kill_process",
            "this never decides: `allow` is what happens to `read` by default",
        ),
        (
            "errno(EPERM: uretprobe), default = allow",
            "the kernel lets `uretprobe` through whatever a filter says: no rule can deny it",
        ),
    ] {
        assert_eq!(on_main(text), [want], "{text}");
    }
    // With two defaults a rule decides in one of the builds.
    good(
        "log(read), allow(@rust-main, @rust-panic - write), log(write), default = kill_process, debug_default = log",
    );
}

#[test]
fn lints_and_their_waivers() {
    for (lint, text, want) in [
        (
            "no_exit",
            "allow(read), default = kill_process",
            "under this policy the program can't end: `sigaltstack`, `munmap`, `exit_group` is denied",
        ),
        (
            "no_exit",
            "allow(read), default = errno(EPERM)",
            "under this policy the program can't end: `exit_group` is denied",
        ),
        (
            "no_exit",
            "allow(write), default = log or errno(EACCES)",
            "on a kernel that lacks `log` the program can't end: `errno(EACCES)` replaces it there, for `exit_group` too; add `@rust-main`",
        ),
        (
            "vdso",
            "errno(EPERM: clock_gettime), default = log",
            "is answered by the vDSO",
        ),
        (
            "prctl",
            "allow(@rust-main, @rust-panic, prctl)",
            "a plain `prctl`",
        ),
        (
            "seccomp",
            "allow(@rust-main, @rust-panic, seccomp)",
            "a plain `seccomp`",
        ),
        (
            "no_resume",
            "allow(exit_group, sigaltstack, munmap, @rust-panic)",
            "a signal kills the program",
        ),
        (
            "trap_without_sigreturn",
            "allow(exit_group, sigaltstack, munmap), trap(read), default = errno(EPERM)",
            "the handler of a `trap` can't return",
        ),
        (
            "open_foreign",
            "errno(EPERM: read), default = allow, foreign = allow",
            "every rule is walked around through a foreign ABI",
        ),
        (
            "looser_fallback",
            "allow(read), default = log or allow",
            "`allow` is freer than the `log` it replaces",
        ),
        (
            "keep_privs",
            "allow(read), default = log, flags(keep_privs)",
            "without no_new_privs a set-id program",
        ),
        (
            "looser_debug",
            "allow(@rust-main, @rust-panic), debug_default = allow",
            "a debug build that allows by default",
        ),
    ] {
        let messages = on_main(text);
        assert!(
            messages.iter().any(|m| m.contains(want)),
            "{text}: {messages:?}"
        );
        let hint = format!("; if it is meant, add `waive({lint}: \"why\")`");
        assert!(
            messages.iter().any(|m| m.ends_with(&hint)),
            "{text}: {messages:?}"
        );
        let waived = on_main(&format!("{text}, waive({lint}: \"a test\")"));
        assert!(
            !waived.iter().any(|m| m.contains(want)),
            "{text}: {waived:?}"
        );
    }
    let stacks = at(Place::Function, "allow(read), default = log");
    assert!(stacks[0].contains("waive(stacks: \"why\")"), "{stacks:?}");
    let waived = at(
        Place::Function,
        "allow(read), default = log, waive(stacks: \"once\")",
    );
    assert_eq!(waived, Vec::<String>::new());
    // A value is a thread's as well as a process's: one way to end is enough.
    assert_eq!(at(Place::Value, "allow(exit)"), Vec::<String>::new());
    assert_eq!(at(Place::Value, "allow(read)").len(), 1);
}

#[test]
fn waivers_that_waive_nothing() {
    for (waiver, want) in [
        (
            "no_exit: \"why\"",
            "this waiver has no effect: nothing here is `no_exit`; take it out",
        ),
        (
            "no_exits: \"why\"",
            "`no_exits` is no lint; did you mean `no_exit`?",
        ),
        (
            "stacks: \"why\"",
            "this waiver has no effect: nothing here is `stacks`; take it out",
        ),
    ] {
        let text = format!("allow(read), default = log, waive({waiver})");
        assert_eq!(on_main(&text), [want], "{text}");
    }
}

#[test]
fn settings() {
    for (text, want) in [
        (
            "",
            "the policy is empty: write the calls the program may make, such as `allow(@rust-main, @stdio)`",
        ),
        (
            "allow(read), default = log, flags(tsync)",
            "warning: on `main` the filter covers all threads anyway",
        ),
        (
            "allow(@rust-main, @rust-panic), default = log or errno(EPERM), unknown = log or kill_process",
            "`or` says what replaces `log` everywhere in the policy, and it says two things",
        ),
        (
            "allow(read), default = log, forbid(read)",
            "`read` is forbidden, and `allow` of `read` lets it in",
        ),
        (
            "allow(@mount), default = log, forbid(umount2)",
            "`umount2` is forbidden, and `allow` of `@mount` lets it in",
        ),
        (
            "allow(read), default = log, forbid(write)",
            "`write` is forbidden, and the default `log` lets it in",
        ),
    ] {
        assert_eq!(on_main(text), [want], "{text}");
    }
    good("allow(@rust-main, @rust-panic), forbid(execve, execveat)");
}

#[test]
fn notify_is_for_policies_whose_listener_can_be_taken() {
    for text in [
        "notify(getppid), default = log",
        "allow(read), default = notify",
        "allow(read), default = log or notify",
        "allow(read), arch(riscv64: notify(getppid)), default = log",
    ] {
        for place in [Place::Main, Place::Function] {
            let messages = at(place, text);
            let told = |m: &String| m.contains("`notify` needs a listener");
            assert!(messages.iter().any(told), "{text}: {messages:?}");
        }
        assert_eq!(at(Place::Value, text), Vec::<String>::new(), "{text}");
    }
    let killable = "allow(read), default = log, flags(wait_killable)";
    let messages = at(Place::Value, killable);
    assert!(
        messages[0].contains("no rule says `notify`"),
        "{messages:?}"
    );
    let killable = "notify(getppid), default = log, flags(wait_killable)";
    assert_eq!(at(Place::Value, killable), Vec::<String>::new());
}

#[test]
fn what_a_listener_answers_for_it_must_see() {
    let text = "notify(getppid), default = log, foreign = allow";
    let messages = at(Place::Value, text);
    assert!(
        messages[0].starts_with("every rule is walked around"),
        "{messages:?}"
    );
    let text = "notify(openat, open, openat2, creat), default = log";
    let messages = at(Place::Value, text);
    assert!(
        messages[0].starts_with("`io_uring_setup` is open"),
        "{messages:?}"
    );
}

#[test]
fn all_mistakes_come_out_together() {
    let messages = on_main("allow(raed, @moutn), default = lgo, errno(70000: write)");
    assert_eq!(messages.len(), 4, "{messages:?}");
}
