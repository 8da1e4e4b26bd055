use seccomptime::{Policy, policy};

const WORKER: Policy = policy!(allow(read));

fn main() {
    let _ = WORKER.instructions();
}
