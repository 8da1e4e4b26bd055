//! A policy of any choices, compiled for several arches: proved, taken by the kernel, and with the meaning that the reference says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seccomptime_fuzz::generator::{Choices, check};

fuzz_target!(|choices: Choices| check(&choices));
