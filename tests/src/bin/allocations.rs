//! Counts what an install allocates.

use seccomptime::{Policy, policy};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands every request to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static SMALL: Policy = policy!(errno(EPERM: getppid), default = log);
static LARGE: Policy = policy!(allow(@rust-main, @stdio, @file-system), default = log);

/// How many allocations the closure made.
fn counted<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = COUNT.load(Ordering::SeqCst);
    let done = work();
    (COUNT.load(Ordering::SeqCst) - before, done)
}

fn main() {
    let (counted_itself, _) = counted(|| Box::new(1));
    let (small, done) = counted(|| SMALL.install());
    done.unwrap();
    let (large, done) = counted(|| LARGE.install());
    done.unwrap();
    println!("a box {counted_itself}, small {small}, large {large}");
}
