//! Any text as a policy: what is wrong with it is told, within the text, and nothing panics; what is accepted means the same when it is
//! written as it was read.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        seccomptime_fuzz::grammar::check(text);
    }
});
