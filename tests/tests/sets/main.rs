//! The sets of std: that they hold what was measured, that they are enough on this machine, and that a patch
//! release doesn't widen them.

mod coverage;
mod run;
mod snapshot;
