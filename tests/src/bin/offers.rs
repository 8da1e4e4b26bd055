//! What the kernel says it can do.

use seccomptime::kernel;

fn main() {
    println!("by call: {}", kernel::actions_available().actions());
    match kernel::actions_avail() {
        Ok(actions) => println!("by file: {actions}"),
        Err(error) => println!("by file: {error}; {}", error.hint()),
    }
    match kernel::actions_logged() {
        Ok(actions) => println!("logged: {actions}"),
        Err(error) => println!("logged: {error}; {}", error.hint()),
    }
}
