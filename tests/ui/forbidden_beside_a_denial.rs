use seccomptime::seccomp;

#[seccomp(
    allow(@rust-main, @rust-panic, kill),
    errno(EPERM: kill(sig > 15), tkill, tgkill, pidfd_send_signal, rt_sigqueueinfo, rt_tgsigqueueinfo),
    forbid(kill(sig == SIGKILL || sig == SIGSTOP))
)]
fn main() {}
