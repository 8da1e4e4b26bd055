//! What asks. Its stdin is the socket that the listener is sent through.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd};
use std::process::Command;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use seccomptime::{NotifyPolicy, listener};
use seccomptime_tests::support::fork;

use crate::policies::{ALL_THREADS, IDS, PARENT, PARENT_KILLABLE};
use crate::{ask, call};

fn install(policy: &NotifyPolicy) {
    policy.install_and_send(io::stdin()).unwrap();
}

pub fn asks() {
    install(&PARENT);
    let _ = ask(0);
}

pub fn asks_twice() {
    install(&PARENT);
    println!("{:?} {:?}", ask(0), ask(0));
}

pub fn descriptor() {
    install(&IDS);
    for (nr, expected) in [
        (libc::SYS_getppid, libc::FD_CLOEXEC),
        (libc::SYS_getpgid, 0),
    ] {
        // SAFETY: reads an id, or would if it were not answered.
        let fd = unsafe { call(nr, [0, 0]) }.unwrap();
        // SAFETY: the descriptor was put here for us.
        let mut file = unsafe { File::from_raw_fd(i32::try_from(fd).unwrap()) };
        // SAFETY: reads a flag.
        let flags = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFD) };
        assert_eq!(flags, expected);
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let number = if file.as_raw_fd() == 100 {
            "100"
        } else {
            "lowest"
        };
        println!("{number} {text}");
    }
    // SAFETY: reads an id.
    println!("{:?}", unsafe { call(libc::SYS_getsid, [0, 0]) });
}

static HANDLED: AtomicU64 = AtomicU64::new(0);

extern "C" fn on_signal(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

/// A handler whose signal interrupts calls.
fn interruptible() {
    let handler: extern "C" fn(libc::c_int) = on_signal;
    // SAFETY: all zeros is a valid sigaction; the handler only counts.
    let set = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut())
    };
    assert_eq!(set, 0);
}

pub fn interrupted() {
    interruptible();
    install(&PARENT);
    println!(
        "{:?} {:?} {}",
        ask(0),
        ask(0),
        HANDLED.load(Ordering::Relaxed)
    );
}

pub fn killable() {
    interruptible();
    let status = PARENT_KILLABLE.install_and_send(io::stdin()).unwrap();
    println!(
        "{} {:?} {}",
        status.flags(),
        ask(0),
        HANDLED.load(Ordering::Relaxed)
    );
}

pub fn offspring() {
    install(&PARENT);
    let end = fork::run(|| ask(1).map_or(0, |value| i32::try_from(value).unwrap_or(0)));
    let thread = thread::spawn(|| ask(2)).join().unwrap();
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).args(["target", "program"]).output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    println!("{end:?} {thread:?} {output}");
}

/// Runs under its parent's filter.
pub fn program() {
    print!("{:?}", ask(3));
}

pub fn tsync() {
    let (go, going) = channel::<()>();
    let (started, starts) = channel();
    let earlier = thread::spawn(move || {
        started.send(()).unwrap();
        assert!(going.recv().is_err());
        ask(1)
    });
    starts.recv().unwrap();
    let status = ALL_THREADS.install_and_send(io::stdin()).unwrap();
    drop(go);
    println!(
        "{} {:?} {:?}",
        status.flags(),
        earlier.join().unwrap(),
        ask(2)
    );
    assert_eq!(seccomptime::status(), Some(status));
}

/// A thread that isn't filtered sends what another one's install gave.
pub fn courier() {
    let (giver, taker) = listener::handover();
    let courier = thread::spawn(|| {
        let listener = taker.take().unwrap().unwrap();
        listener.send(io::stdin())
    });
    let status = PARENT.install(giver).unwrap();
    courier.join().unwrap().unwrap();
    println!("{} {:?}", status.flags(), ask(1));
}

/// Two pages, of which the second can't be read.
pub fn memory() {
    let page = 4096;
    // SAFETY: a new mapping at an address of the kernel's choice, the second half of which is made unreadable.
    let pages = unsafe {
        let pages = libc::mmap(
            ptr::null_mut(),
            2 * page,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        assert_ne!(pages, libc::MAP_FAILED);
        assert_eq!(
            libc::mprotect(pages.byte_add(page), page, libc::PROT_NONE),
            0
        );
        pages.cast::<u8>()
    };
    // SAFETY: all within the first page, which is ours.
    let (ends_there, never_ends) = unsafe {
        pages.write_bytes(b'x', page);
        pages.add(page - 1).write(0);
        (pages.add(page - 4), pages)
    };
    install(&PARENT);
    let address = |at: *mut u8| u64::try_from(at.expose_provenance()).unwrap();
    let over_a_page = [b'y'; 4500].map(|byte| byte).to_vec();
    let over_a_page = std::ffi::CString::new(over_a_page).unwrap();
    let long = std::ffi::CString::new([b'z'; 6000].to_vec()).unwrap();
    println!("{:?}", ask(address(ends_there)));
    println!("{:?}", ask(address(never_ends)));
    // SAFETY: within the first page.
    unsafe { pages.add(page - 1).write(b'x') };
    println!("{:?}", ask(address(never_ends)));
    println!("{:?}", ask(0));
    println!("{:?}", ask(u64::try_from(usize::MAX).unwrap()));
    println!("{:?}", ask(address(over_a_page.as_ptr().cast_mut().cast())));
    println!("{:?}", ask(address(long.as_ptr().cast_mut().cast())));
}
