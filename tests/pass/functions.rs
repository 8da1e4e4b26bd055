//! Every kind of function that isn't `main`.

#![deny(warnings)]

struct Server;

impl Server {
    #[sandbox::seccomp(allow(read, write), default = log, waive(stacks: "once"), crate = sandbox)]
    #[inline]
    fn method<T>(&self, value: T) -> Result<T, sandbox::Error>
    where
        T: Clone + std::fmt::Debug,
    {
        Ok(value.clone())
    }

    #[sandbox::seccomp(allow(read, write), default = log, waive(stacks: "once"), on_error = return, crate = sandbox)]
    fn returns(&mut self) -> Result<u8, sandbox::Error> {
        Ok(7)
    }

    #[sandbox::seccomp(allow(read, write), default = log, waive(stacks: "once"), on_error = panic, crate = sandbox)]
    pub extern "C" fn external(&self, a: u8, b: u8) -> u8 {
        a + b
    }
}

#[sandbox::seccomp(allow(read, write), default = log, waive(stacks: "once"), on_error = continue, crate = sandbox)]
unsafe fn dangerous() -> impl Fn() -> u8 {
    || 3
}

#[sandbox::seccomp(allow(read, write), default = log, waive(stacks: "once"), crate = sandbox)]
fn never(text: &str) -> ! {
    println!("{text}");
    std::process::exit(0)
}

fn main() {
    assert_eq!(Server.method("a").unwrap(), "a");
    assert_eq!(Server.returns().unwrap(), 7);
    assert_eq!(Server.external(1, 2), 3);
    assert_eq!(unsafe { dangerous() }(), 3);
    never("never")
}
