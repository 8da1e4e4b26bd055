//! Every call against three policies: what the kernel does is what `decide` and `decide_foreign` say.

use seccomptime::{Policy, policy};
use seccomptime_tests::support::call;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::sweep::{self, every_call, every_i386_call};

/// An allow list as programs have it.
static ALLOW_LIST: Policy =
    policy!(allow(@rust-main, @stdio, @file-system), default = kill_process);

/// Every verb, an errno by default, traps for what is unknown.
static EVERY_VERB: Policy = policy!(
    allow(read, write, exit, exit_group, rt_sigreturn),
    log(getpid),
    trace(7: getuid),
    errno(EACCES: getppid, openat),
    errno(4095: chdir),
    trap(0xffff: ptrace),
    trap(0: mount),
    kill_thread(reboot),
    waive(kill_thread: "told apart here"),
    kill_process(kexec_load),
    default = errno(ENOSYS),
    foreign = trap(1),
    unknown = trap(2),
);

/// A deny list.
static DENY_LIST: Policy = policy!(
    errno(EPERM: ptrace, process_vm_readv, process_vm_writev),
    kill_thread(kexec_load, kexec_file_load),
    waive(kill_thread: "told apart here"),
    default = allow,
    foreign = kill_thread,
    unknown = errno(ENOSYS),
);

#[track_caller]
fn agree(policy: &Policy) {
    let text = sweep::disagreements(policy, &every_call());
    assert!(text.is_empty(), "{text}");
}

#[track_caller]
fn agree_foreign(policy: &Policy) -> Outcome {
    call::i386_served()?;
    let text = sweep::disagreements(policy, &every_i386_call());
    assert!(text.is_empty(), "{text}");
    Ok(())
}

pub fn allow_list() -> Outcome {
    agree(&ALLOW_LIST);
    Ok(())
}

pub fn allow_list_by_int_0x80() -> Outcome {
    agree_foreign(&ALLOW_LIST)
}

pub fn every_verb() -> Outcome {
    agree(&EVERY_VERB);
    Ok(())
}

pub fn every_verb_by_int_0x80() -> Outcome {
    agree_foreign(&EVERY_VERB)
}

pub fn deny_list() -> Outcome {
    agree(&DENY_LIST);
    Ok(())
}

pub fn deny_list_by_int_0x80() -> Outcome {
    agree_foreign(&DENY_LIST)
}
