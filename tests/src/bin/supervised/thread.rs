//! Answers from a thread of the same process, and installs that fail.

use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};

use seccomptime::listener::{self, Listener, Notification, Taker};
use seccomptime::{CommandExt, NotifyPolicy, nr};

use crate::policies::{
    ALL_THREADS, ELSEWHERE, HANDLERS, IDS, NARROW, NO_CLOSE, NO_SENDMSG, NO_SIZES, PARENT,
    PARENT_KILLABLE, REPLACED,
};
use crate::{ask, call};

/// Answers until nobody is left.
fn supervisor(taker: Taker, answer: fn(Notification<'_>)) -> JoinHandle<()> {
    thread::spawn(move || {
        let listener = taker.take().unwrap().unwrap();
        while let Some(call) = listener.receive().unwrap() {
            answer(call);
        }
    })
}

/// Reads an id.
fn id(nr: libc::c_long) -> Result<libc::c_long, i32> {
    // SAFETY: these calls read an id of process 0, which is the caller.
    unsafe { call(nr, [0, 0]) }
}

pub fn answers() {
    let (giver, taker) = listener::handover();
    let supervisor = supervisor(taker, |call| {
        assert!(call.is_valid().unwrap());
        assert!(call.is(IDS.policy(), call.number()));
        let outcome = match call.number() {
            nr::GETPPID => call.respond(4711),
            nr::GETPGID => call.refuse(libc::EACCES),
            nr::GETSID => call.let_through(),
            nr::GETUID => return drop(call),
            // No errno: the mistake is told here, and the target has ENOSYS.
            nr::GETGID => return println!("{}", call.refuse(0).unwrap_err()),
            other => panic!("{other}"),
        };
        assert_eq!(outcome.unwrap(), listener::Outcome::Answered);
    });
    let target = thread::spawn(move || {
        let status = IDS.install(giver).unwrap();
        let numbers = [nr::GETPPID, nr::GETPGID, nr::GETSID, nr::GETUID, nr::GETGID];
        (status, numbers.map(id))
    });
    let (status, answers) = target.join().unwrap();
    supervisor.join().unwrap();
    let [parent, group, session, user, users] = answers;
    assert_eq!(session, id(libc::SYS_getsid));
    println!("{status}\n{parent:?} {group:?} {user:?} {users:?}");
}

pub fn narrow() {
    let (giver, taker) = listener::handover();
    let _supervisor = supervisor(taker, |call| drop(call.respond(3)));
    let target = thread::spawn(move || {
        NARROW.install(giver).unwrap();
        let status = ask(0).unwrap();
        let said = b"asked\n";
        // SAFETY: writes a static text, and ends the process.
        unsafe {
            libc::write(1, said.as_ptr().cast(), said.len());
            libc::syscall(libc::SYS_exit_group, status);
        }
    });
    target.join().unwrap();
}

/// The error of an install in a thread of its own, and whether the thread is unfiltered all the same.
fn failing(policy: &'static NotifyPolicy) -> String {
    let (giver, taker) = listener::handover();
    let parent = ask(0);
    let taken = thread::spawn(|| taker.take().map(drop).unwrap_err());
    let error = thread::spawn(move || {
        let error = policy.install(giver).unwrap_err();
        assert_eq!(ask(0), parent);
        error
    });
    let error = error.join().unwrap();
    assert_eq!(taken.join().unwrap(), error);
    format!("{error}; {}", error.hint())
}

pub fn second() {
    let (_status, listener) = PARENT.install_and_listen().unwrap();
    let error = IDS.install_and_listen().unwrap_err();
    println!("{error}; {}", error.hint());
    // Its last copy.
    drop(listener);
    println!("{:?}", ask(0));
}

pub fn tsync_giver() {
    println!("{}", failing(&ALL_THREADS));
}

pub fn tsync_divergent() {
    let (here, go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (here_too, go_too) = (Arc::clone(&here), Arc::clone(&go));
    let other = thread::spawn(move || {
        ELSEWHERE.install().unwrap();
        here_too.wait();
        go_too.wait();
    });
    here.wait();
    let error = ALL_THREADS.install_and_listen().unwrap_err();
    println!("{error}; {}", error.hint());
    go.wait();
    other.join().unwrap();
}

pub fn no_way_out() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    for policy in [&NO_CLOSE, &NO_SENDMSG] {
        println!("{}", policy.install_and_send(&ours).unwrap_err());
    }
}

pub fn not_sent() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(theirs);
    println!("{}", PARENT.install_and_send(&ours).unwrap_err());
    println!("{:?}", ask(0));
}

pub fn abandoned() {
    let (giver, taker) = listener::handover();
    drop(taker);
    println!("{}", PARENT.install(giver).unwrap_err());

    let (giver, taker) = listener::handover();
    let (asks, asked) = channel();
    let (go, going) = channel::<()>();
    let target = thread::spawn(move || {
        PARENT.install(giver).unwrap();
        asks.send(()).unwrap();
        assert!(going.recv().is_err());
        ask(0)
    });
    asked.recv().unwrap();
    drop(taker);
    drop(go);
    println!("{:?}", target.join().unwrap());

    let error = PARENT.policy().install().unwrap_err();
    println!("{error}; {}", error.hint());
    let mut command = Command::new("/");
    println!("{}", command.seccomp(PARENT.policy()).spawn().unwrap_err());
}

pub fn own() {
    NO_SIZES.install().unwrap();
    let error = PARENT.install_and_listen().unwrap_err();
    println!("{error}; {}", error.hint());
}

static HANDLED: AtomicU64 = AtomicU64::new(0);

extern "C" fn on_signal(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

/// Installs while signals rain, whose handlers' return is notified of.
pub fn storm() {
    const INSTALLS: usize = 200;
    let handler: extern "C" fn(libc::c_int) = on_signal;
    // SAFETY: all zeros is a valid sigaction; the handler only counts.
    let set = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut())
    };
    assert_eq!(set, 0);
    for _ in 0..INSTALLS {
        let (giver, taker) = listener::handover();
        let supervisor = supervisor(taker, |call| drop(call.let_through()));
        let (tells, told) = channel();
        let over = Arc::new(AtomicBool::new(false));
        let over_too = Arc::clone(&over);
        let target = thread::spawn(move || {
            // SAFETY: takes nothing, gives the thread's id.
            tells.send(unsafe { libc::gettid() }).unwrap();
            HANDLERS.install(giver).unwrap();
            over_too.store(true, Ordering::Release);
        });
        let thread = told.recv().unwrap();
        while !over.load(Ordering::Acquire) {
            // SAFETY: a signal to a thread of this process, whose handler is set; where it has ended, nothing happens.
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, libc::SIGUSR1) };
            thread::yield_now();
        }
        target.join().unwrap();
        supervisor.join().unwrap();
    }
    assert!(HANDLED.load(Ordering::Relaxed) > 0);
    println!("{INSTALLS} installs");
}

fn taken(policy: &'static NotifyPolicy) -> Option<Listener> {
    let (giver, taker) = listener::handover();
    let taken = thread::spawn(|| taker.take().unwrap());
    println!("{}", policy.install(giver).unwrap());
    taken.join().unwrap()
}

pub fn replaced() {
    println!("listener {}", taken(&REPLACED).is_some());
    println!("{:?}", ask(0));
}

pub fn missing() {
    println!("{}", failing(&PARENT));
}

pub fn killable_missing() {
    println!("{}", failing(&PARENT_KILLABLE));
}

pub fn tsync_missing() {
    let error = ALL_THREADS.install_and_listen().unwrap_err();
    println!("{error}; {}", error.hint());
}
