use seccomptime::seccomp;

#[seccomp(
    allow(@rust-main, @rust-panic),
    forbid(@mount),
    baseline = "5.1",
    unknown = log,
    waive(open_unknown: "a test"),
)]
fn main() {}
