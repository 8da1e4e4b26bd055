//! Inner attributes and documentation stay at the front of the body.

#![deny(warnings)]

#[sandbox::seccomp(allow(read, write), default = log, crate = sandbox)]
/// The entry.
pub(crate) fn main() {
    //! Documented from the inside.
    #![allow(unused_variables)]
    let unused = 1;
    #[allow(clippy::let_unit_value)]
    let _unit = ();
    println!("{}", line!());
}
