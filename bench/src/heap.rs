//! Counts the heap's allocations, those of C libraries too: the C library's own functions are replaced by ones that count.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// How many allocations were made until now.
pub fn count() -> u64 {
    COUNT.load(Ordering::Relaxed)
}

// What glibc calls its own functions by, for those who replace them.
unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(at: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(align: usize, size: usize) -> *mut c_void;
}

fn add() {
    COUNT.fetch_add(1, Ordering::Relaxed);
}

// SAFETY: the name is glibc's, and so is what it does.
#[unsafe(no_mangle)]
extern "C" fn malloc(size: usize) -> *mut c_void {
    add();
    // SAFETY: takes any size.
    unsafe { __libc_malloc(size) }
}

// SAFETY: as above.
#[unsafe(no_mangle)]
extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    add();
    // SAFETY: takes any two sizes.
    unsafe { __libc_calloc(count, size) }
}

// SAFETY: as above.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(at: *mut c_void, size: usize) -> *mut c_void {
    add();
    // SAFETY: the caller's promise, passed on.
    unsafe { __libc_realloc(at, size) }
}

// SAFETY: as above.
#[unsafe(no_mangle)]
extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut c_void {
    add();
    // SAFETY: takes any two sizes.
    unsafe { __libc_memalign(align, size) }
}

// SAFETY: as above.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(to: *mut *mut c_void, align: usize, size: usize) -> c_int {
    add();
    // SAFETY: takes any two sizes.
    let at = unsafe { __libc_memalign(align, size) };
    if ptr::eq(at, ptr::null()) {
        return libc::ENOMEM;
    }
    // SAFETY: the caller promises a place for one pointer.
    unsafe { *to = at };
    0
}
