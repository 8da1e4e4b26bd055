use seccomptime::seccomp;

trait Work {
    #[seccomp(allow(read), default = log, waive(stacks: "a test"))]
    fn work(&self);
}

fn main() {}
