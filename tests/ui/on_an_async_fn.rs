use seccomptime::seccomp;

#[seccomp(allow(read), default = log, waive(stacks: "a test"))]
async fn serve() {}

fn main() {
    let _ = serve();
}
