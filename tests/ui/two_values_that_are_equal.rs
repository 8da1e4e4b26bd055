use seccomptime::seccomp;

#[seccomp(errno(EPERM: getpriority(which == 1)), errno(EACCES: getpriority(which == libc::PRIO_PGRP)), default = log)]
fn main() {}
