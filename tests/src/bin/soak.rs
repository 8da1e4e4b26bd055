//! Many notifications: a target that forks workers and kills some of them in the middle of their calls, and supervisors that each
//! answer a share and pass the listener on. Each answer says for whom and for which call it was meant.
//!
//! `soak` keeps the count; `soak target` and `soak supervisor` are the two that it starts, with a socket to it for their stdin.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use seccomptime::listener::{Listener, Notification, Outcome, Placement};
use seccomptime::{NotifyPolicy, nr, policy};
use seccomptime_tests::support::fork::{self, End, Shared};

static ASKING: NotifyPolicy = policy!(notify(getppid, getpgid), default = allow);

/// Notifications, where the environment doesn't say another number.
const NOTIFICATIONS: u64 = 50_000;
/// How often the listener is passed on.
const SUPERVISORS: u64 = 20;
const WORKERS: usize = 4;
/// Calls that a worker makes, unless it is killed.
const CALLS: u64 = 400;
/// Of so many calls one wants a descriptor, and one is answered after a later one.
const DESCRIPTORS: u64 = 16;
const LATE: u64 = 5;

fn notifications() -> u64 {
    let said = std::env::var("SECCOMPTIME_NOTIFICATIONS").ok();
    said.map_or(NOTIFICATIONS, |said| said.parse().expect("a number"))
}

/// What the thread is answered that asks with this argument: no error, and another value for any other.
/// It fits into a register of any arch.
fn expected(thread: u32, argument: u64) -> u32 {
    let mixed = (argument ^ u64::from(thread)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u32::try_from(mixed >> 40).unwrap_or(0)
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => count(),
        Some("target") => target(),
        Some("supervisor") => supervisor(),
        Some(other) => panic!("no such part: {other}"),
    }
}

fn start(part: &str, socket: UnixStream) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg(part)
        .stdin(OwnedFd::from(socket))
        .stdout(Stdio::piped());
    command.spawn().unwrap()
}

/// The descriptors that this process has open.
fn open() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// What a part prints: numbers.
fn line(output: &mut impl BufRead) -> Vec<u64> {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    line.split_whitespace()
        .map(|word| word.parse().unwrap())
        .collect()
}

fn count() {
    let before = open();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut target = start("target", theirs);
    let said_by_target = target.stdout.take().unwrap();
    // Meanwhile: before Linux 6.11 what nobody has waited for isn't gone.
    let ended = thread::spawn(move || target.wait());
    let mut listener = Listener::recv(&ours).unwrap();
    drop(ours);
    let (mut supervisors, mut answered, mut gone, mut leaks) = (0, 0, 0, 0);
    loop {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut supervisor = start("supervisor", theirs);
        listener.send(&ours).unwrap();
        let next = Listener::recv(&ours);
        let mut output = BufReader::new(supervisor.stdout.take().unwrap());
        let said = line(&mut output);
        assert!(supervisor.wait().unwrap().success());
        supervisors += 1;
        answered += said[0];
        gone += said[1];
        leaks += said[2];
        match next {
            Ok(next) => listener = next,
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
                break;
            }
        }
    }
    let said = line(&mut BufReader::new(said_by_target));
    assert!(ended.join().unwrap().unwrap().success());
    let &[verified, wrong, target_leaks, killed] = &said[..] else {
        panic!("{said:?}");
    };
    leaks += target_leaks + u64::from(open() != before);
    println!(
        "answered {answered}, gone {gone}, supervisors {supervisors}; verified {verified}, workers killed {killed}, \
         wrong answers {wrong}, leaks {leaks}"
    );
    assert!(verified >= notifications() && verified <= answered);
    assert!(killed > 0 && supervisors >= SUPERVISORS);
}

/// Answers its share, and passes the listener on unless the target has ended.
fn supervisor() {
    let listener = Listener::recv(io::stdin()).unwrap();
    // Half of them: it is another way through the kernel.
    if std::process::id() % 2 == 0 {
        listener.wake_on_one_processor().unwrap();
    }
    let null = File::open("/dev/null").unwrap();
    let before = open();
    let mut share = Share {
        null: &null,
        answered: 0,
        gone: 0,
    };
    let over = share.serve(&listener, notifications() / SUPERVISORS);
    let leaks = u64::from(open() != before);
    if !over {
        listener.send(io::stdin()).unwrap();
    }
    println!("{} {} {leaks}", share.answered, share.gone);
}

struct Share<'a> {
    null: &'a File,
    answered: u64,
    gone: u64,
}

impl Share<'_> {
    /// Answers so many; whether the target has ended.
    fn serve(&mut self, listener: &Listener, share: u64) -> bool {
        let mut received = 0;
        let mut late: Option<Notification<'_>> = None;
        loop {
            let mut next = listener.try_receive().unwrap();
            if next.is_none() {
                late.take().into_iter().for_each(|call| self.answer(call));
                next = listener.receive().unwrap();
            }
            let Some(call) = next else {
                return true;
            };
            received += 1;
            if late.is_none() && received % LATE == 0 {
                late = Some(call);
                continue;
            }
            self.answer(call);
            late.take().into_iter().for_each(|call| self.answer(call));
            if received >= share {
                return false;
            }
        }
    }

    fn answer(&mut self, call: Notification<'_>) {
        let answered = match call.number() {
            nr::GETPPID => {
                let value = expected(call.thread(), call.args()[0]);
                call.respond(value.into()).unwrap() == Outcome::Answered
            }
            _ => {
                let fd = call.respond_with_fd(self.null, Placement::LOWEST);
                fd.unwrap().is_some()
            }
        };
        if answered {
            self.answered += 1;
        } else {
            self.gone += 1;
        }
    }
}

const VERIFIED: usize = 0;
const WRONG: usize = 1;
const LEAKS: usize = 2;

fn target() {
    let before = open();
    ASKING.install_and_send(io::stdin()).unwrap();
    let shared = Shared::new(3);
    let enough = notifications();
    let mut killed = 0;
    let mut seed = 1;
    while shared[VERIFIED].load(Relaxed) < enough {
        let workers = [(); WORKERS].map(|()| {
            seed += 1;
            fork::start(|| worker(&shared, seed, enough))
        });
        // The first one is killed wherever it is by then: mostly in a call, which is where they are mostly.
        let until = shared[VERIFIED].load(Relaxed) + seed * 37 % 1000;
        while shared[VERIFIED].load(Relaxed) < until.min(enough) {
            thread::yield_now();
        }
        let victim = libc::pid_t::try_from(workers[0].pid()).unwrap();
        // SAFETY: a signal to our own child, which hasn't been waited for.
        unsafe { libc::kill(victim, libc::SIGKILL) };
        for worker in workers {
            match worker.wait() {
                End::Exited(0) => {}
                End::Killed(libc::SIGKILL) => killed += 1,
                end => panic!("{end:?}"),
            }
        }
    }
    let [verified, wrong, leaks] = [VERIFIED, WRONG, LEAKS].map(|word| shared[word].load(Relaxed));
    let leaks = leaks + u64::from(open() != before);
    println!("{verified} {wrong} {leaks} {killed}");
}

/// Asks, and checks each answer.
fn worker(shared: &Shared, seed: u64, enough: u64) -> i32 {
    let free = lowest_free();
    // SAFETY: takes nothing, gives the thread's id.
    let thread = unsafe { libc::gettid() }.unsigned_abs();
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for index in 0..CALLS {
        if shared[VERIFIED].load(Relaxed) >= enough {
            break;
        }
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let right = if index % DESCRIPTORS == 0 {
            // SAFETY: the call is answered, not made; it would read an id. What it answers is a descriptor for us to close.
            unsafe {
                let fd = libc::c_int::try_from(libc::syscall(libc::SYS_getpgid, 0));
                fd.is_ok_and(|fd| fd == free && libc::close(fd) == 0)
            }
        } else {
            // A register's worth, be it 32 bits; as wide as one, for riscv64 fills it up with the sign of an unsigned number, too.
            let argument = usize::try_from(random >> 32).unwrap_or(0);
            // SAFETY: the call looks at no argument.
            let answer = unsafe { libc::syscall(libc::SYS_getppid, argument) };
            u32::try_from(answer) == Ok(expected(thread, random >> 32))
        };
        shared[if right { VERIFIED } else { WRONG }].fetch_add(1, Relaxed);
    }
    if lowest_free() != free {
        shared[LEAKS].fetch_add(1, Relaxed);
    }
    0
}

/// The number that the next descriptor will have.
fn lowest_free() -> libc::c_int {
    // SAFETY: stdin is open; the copy is closed at once.
    unsafe {
        let fd = libc::dup(0);
        libc::close(fd);
        fd
    }
}
