//! `fn main` with a value of its own, and `on_error = return`.

#![deny(warnings)]

use std::process::ExitCode;

#[sandbox::seccomp(allow(read, write), default = log, on_error = return, crate = sandbox)]
fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let text = tail().borrow().clone();
    println!("{text}");
    Ok(ExitCode::from(3))
}

fn tail() -> std::cell::RefCell<String> {
    std::cell::RefCell::new("tail".to_owned())
}
