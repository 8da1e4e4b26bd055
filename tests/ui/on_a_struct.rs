use seccomptime::seccomp;

#[seccomp(allow(read), default = log)]
struct Server;

fn main() {
    let _ = Server;
}
