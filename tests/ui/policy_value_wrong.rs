use seccomptime::{Policy, policy};

static WORKER: Policy = policy!(allow(raed), default = log);

fn main() {
    let _ = WORKER.instructions();
}
