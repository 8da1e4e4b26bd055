//! Calls that a policy with `report` denies: the first argument says which case runs.

use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use seccomptime::{Policy, policy, seccomp};

/// Under this the handler can be replaced, as one case does.
static REPORTING: Policy = policy!(
    allow(
        @rust-main, @rust-panic, @rust-threads - rt_sigaction, rt_sigaction, kill,
        socket(family == AF_UNIX), getppid
    ),
    waive(replaceable_handler: "the test wraps it"),
    default = trap,
    unknown = trap,
    report,
);
/// The same without the handler's help: what it denies is somebody else's.
static SILENT: Policy = policy!(
    trap(7: getppid),
    waive(replaceable_handler: "the test has its own"),
    default = log,
    foreign = log,
    waive(open_foreign: "one case"),
);

#[seccomp(
    allow(@rust-main, @rust-panic, @rust-threads - rt_sigaction, rt_sigaction(sig != SIGSYS)),
    default = trap,
    report,
    waive(stacks: "once in this process")
)]
fn narrow() {
    socket(libc::AF_INET);
}

/// The call itself: some libcs make another one, `socketcall`.
fn socket(family: libc::c_int) -> libc::c_long {
    // SAFETY: three integers.
    unsafe { libc::syscall(libc::SYS_socket, family, libc::SOCK_STREAM, 0) }
}

fn getppid() -> libc::pid_t {
    // SAFETY: it takes nothing.
    unsafe { libc::getppid() }
}

/// A thread whose signals are handled on a stack as small as the kernel allows, and a page.
fn small_stack() {
    // SAFETY: it takes a number.
    let least = unsafe { libc::getauxval(libc::AT_MINSIGSTKSZ) };
    let size = usize::try_from(least).expect("a size") + 4096;
    let mut stack = vec![0_u8; size];
    let set = libc::stack_t {
        ss_sp: stack.as_mut_ptr().cast(),
        ss_flags: 0,
        ss_size: size,
    };
    // SAFETY: the stack lives until the process dies in here.
    let set = unsafe { libc::sigaltstack(&raw const set, ptr::null_mut()) };
    assert_eq!(set, 0);
    socket(libc::AF_INET);
}

/// A thread without a stack of its own for signals.
fn no_stack() {
    let set = libc::stack_t {
        ss_sp: ptr::null_mut(),
        ss_flags: libc::SS_DISABLE,
        ss_size: 0,
    };
    // SAFETY: it takes one away.
    let set = unsafe { libc::sigaltstack(&raw const set, ptr::null_mut()) };
    assert_eq!(set, 0);
    socket(libc::AF_INET);
}

/// How often the handler that stood before the reporter was called.
static EARLIER: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count(_: libc::c_int) {
    EARLIER.fetch_add(1, Ordering::Relaxed);
}

fn handle(signal: libc::c_int, handler: usize, flags: libc::c_int) -> usize {
    // SAFETY: zeros are a value of it; the handler is a function of the type that the flags ask for.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        let mut earlier: libc::sigaction = mem::zeroed();
        assert_eq!(
            libc::sigaction(signal, &raw const action, &raw mut earlier),
            0
        );
        earlier.sa_sigaction
    }
}

/// Signals and calls that are not the reporter's go to who handled them before.
fn earlier_handler() {
    let handler: extern "C" fn(libc::c_int) = count;
    handle(libc::SIGSYS, handler as usize, 0);
    SILENT.install().unwrap();
    REPORTING.install().unwrap();
    // SAFETY: a signal to this thread, which handles it.
    unsafe { libc::raise(libc::SIGSYS) };
    println!("raised: {}", EARLIER.load(Ordering::Relaxed));
    socket(libc::AF_INET);
}

/// Somebody else's `trap`, which nobody handles.
fn nobodys() {
    SILENT.install().unwrap();
    REPORTING.install().unwrap();
    getppid();
}

fn forged() {
    REPORTING.install().unwrap();
    // SAFETY: a signal to this thread, which handles it.
    unsafe { libc::raise(libc::SIGSYS) };
    println!("alive");
}

#[cfg(target_arch = "x86_64")]
mod survivors {
    //! Threads that go on after each denied call, by a handler around the reporter's.

    use super::*;

    static REPORTER: AtomicUsize = AtomicUsize::new(0);
    const THREADS: usize = 8;
    const CALLS: usize = 10_000;

    extern "C" fn around(
        signal: libc::c_int,
        info: *mut libc::siginfo_t,
        context: *mut libc::ucontext_t,
    ) {
        type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::ucontext_t);
        let reporter = REPORTER.load(Ordering::Relaxed);
        // SAFETY: what sigaction(2) said is the handler, which takes these.
        let reporter: Handler = unsafe { mem::transmute(reporter) };
        reporter(signal, info, context);
        // SAFETY: the kernel handed it to this handler.
        let context = unsafe { &mut *context };
        // The reporter would have the thread make the call again, and die; it gets an errno.
        let registers = &mut context.uc_mcontext.gregs;
        registers[libc::REG_RIP as usize] += 2;
        registers[libc::REG_RAX as usize] = -i64::from(libc::EPERM);
        // SAFETY: a set of signals.
        unsafe { libc::sigdelset(&raw mut context.uc_sigmask, libc::SIGSYS) };
    }

    pub fn run() {
        REPORTING.install().unwrap();
        let handler = around as *const () as usize;
        let reporter = handle(libc::SIGSYS, handler, libc::SA_SIGINFO | libc::SA_ONSTACK);
        REPORTER.store(reporter, Ordering::Relaxed);
        let threads: Vec<_> = (0..THREADS)
            .map(|index| {
                let thread = thread::Builder::new().name(format!("denied-{index}"));
                let denied = || (0..CALLS).filter(|_| socket(libc::AF_INET) == -1).count();
                thread.spawn(denied).unwrap()
            })
            .collect();
        let denied = threads.into_iter().map(|thread| thread.join().unwrap());
        println!("{}", denied.sum::<usize>());
    }
}

/// Threads that all make denied calls at once, until one of them has died of it.
fn race() {
    for _ in 0..8 {
        thread::spawn(|| {
            REPORTING.install().unwrap();
            loop {
                socket(libc::AF_INET);
            }
        });
    }
    loop {
        thread::park();
    }
}

fn main() {
    let install = || REPORTING.install().map(drop).unwrap();
    match std::env::args().nth(1).as_deref() {
        Some("main") => {
            install();
            socket(libc::AF_INET);
        }
        Some("permitted") => {
            install();
            println!("{}", socket(libc::AF_UNIX) >= 0);
        }
        Some("thread") => {
            let worker = thread::Builder::new().name("worker".into()).spawn(narrow);
            worker.unwrap().join().unwrap();
        }
        Some("unknown") => {
            install();
            // SAFETY: no call of that number is there.
            unsafe { libc::syscall(30_000) };
        }
        Some("small_stack") => {
            install();
            small_stack();
        }
        Some("no_stack") => {
            install();
            no_stack();
        }
        Some("no_stderr") => {
            // SAFETY: it takes a number, and nothing else uses the descriptor.
            unsafe { libc::close(libc::STDERR_FILENO) };
            install();
            socket(libc::AF_INET);
        }
        Some("earlier_handler") => earlier_handler(),
        Some("nobodys") => nobodys(),
        Some("forged") => forged(),
        #[cfg(target_arch = "x86_64")]
        Some("survivors") => survivors::run(),
        Some("race") => race(),
        case => panic!("no such case: {case:?}"),
    }
}
