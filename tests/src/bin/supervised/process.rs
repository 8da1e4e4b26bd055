//! Answers to another process.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::thread;

use seccomptime::listener::{Listener, Notification, Outcome, Placement};
use seccomptime::nr;

/// A process under a filter, and what it sent.
struct Target {
    child: Child,
    listener: Listener,
}

impl Target {
    fn start(case: &str) -> Target {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let child = start(&["target", case], theirs, Stdio::inherit());
        let listener = Listener::recv(&ours).unwrap();
        Target { child, listener }
    }

    fn receive(&self) -> Notification<'_> {
        self.listener.receive().unwrap().unwrap()
    }

    fn signal(&self, signal: libc::c_int) {
        let pid = libc::pid_t::try_from(self.child.id()).unwrap();
        // SAFETY: a signal to our own child, which hasn't been waited for.
        assert_eq!(unsafe { libc::kill(pid, signal) }, 0);
    }

    /// Answers until it is gone, and waits for it meanwhile: before Linux 6.11 what nobody has waited for isn't gone.
    fn serve(self, answer: impl Fn(Notification<'_>)) {
        let mut child = self.child;
        let ended = thread::spawn(move || child.wait());
        while let Some(call) = self.listener.receive().unwrap() {
            answer(call);
        }
        assert!(ended.join().unwrap().unwrap().success());
    }
}

/// This program again, with the socket for its stdin.
fn start(arguments: &[&str], socket: UnixStream, stdout: Stdio) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(OwnedFd::from(socket))
        .stdout(stdout);
    command.spawn().unwrap()
}

pub fn descriptor() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"of the supervisor").unwrap();
    let file = &file;
    Target::start("descriptor").serve(move |call| {
        { file }.rewind().unwrap();
        let answer = match call.number() {
            nr::GETPPID => {
                let at = Placement::at(100).cloexec(true);
                let added = call.add_fd(file, at).unwrap();
                let outcome = call.respond(i64::from(added.unwrap()));
                assert_eq!(outcome.unwrap(), Outcome::Answered);
                added
            }
            // More than the target may have open.
            nr::GETSID => {
                let far = Placement::at(1 << 30);
                println!("{:?}", call.add_fd(file, far).unwrap_err().raw_os_error());
                return;
            }
            _ => call.respond_with_fd(file, Placement::LOWEST).unwrap(),
        };
        assert!(answer.is_some());
    });
}

pub fn killed() {
    let mut target = Target::start("killed");
    let call = target.receive();
    let before = (
        call.is_valid().unwrap(),
        target.listener.is_valid(call.id()).unwrap(),
    );
    target.signal(libc::SIGKILL);
    while call.is_valid().unwrap() {
        thread::yield_now();
    }
    let mut buffer = [0; 1];
    let read = call.read(0, &mut buffer).unwrap_err().kind();
    let added = call.add_fd(io::stdin(), Placement::LOWEST).unwrap();
    let outcome = call.respond(1).unwrap();
    target.child.wait().unwrap();
    let hung_up = target.listener.receive().unwrap().is_none();
    let empty = target.listener.try_receive().unwrap().is_none();
    println!("{before:?} {read:?} {added:?} {outcome:?} {hung_up} {empty}");
}

/// The first call is interrupted; what answers it must not answer the second.
pub fn interrupted() {
    let mut target = Target::start("interrupted");
    let first = target.receive();
    target.signal(libc::SIGUSR1);
    while first.is_valid().unwrap() {
        thread::yield_now();
    }
    let second = target.receive();
    assert_ne!(first.id(), second.id());
    assert_eq!(first.thread(), second.thread());
    assert_eq!(first.respond(1).unwrap(), Outcome::Gone);
    assert!(second.is_valid().unwrap());
    assert_eq!(second.respond(7).unwrap(), Outcome::Answered);
    assert!(target.child.wait().unwrap().success());
}

/// A signal that isn't fatal stays pending until the answer is there.
pub fn killable() {
    let mut target = Target::start("killable");
    let call = target.receive();
    target.signal(libc::SIGUSR1);
    let status = fs::read_to_string(format!("/proc/{}/status", target.child.id())).unwrap();
    let pending = status.lines().find_map(|line| line.strip_prefix("ShdPnd:"));
    let pending = u64::from_str_radix(pending.unwrap().trim(), 16).unwrap();
    assert_eq!(pending, 1 << (libc::SIGUSR1 - 1));
    assert!(call.is_valid().unwrap());
    assert_eq!(call.respond(7).unwrap(), Outcome::Answered);
    assert!(target.child.wait().unwrap().success());

    let mut target = Target::start("killable");
    let call = target.receive();
    target.signal(libc::SIGKILL);
    while call.is_valid().unwrap() {
        thread::yield_now();
    }
    assert_eq!(call.respond(7).unwrap(), Outcome::Gone);
    target.child.wait().unwrap();
}

/// The listener goes to a process that holds a call when it dies.
pub fn death() {
    let Target {
        mut child,
        listener,
    } = Target::start("death");
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut holder = start(&["hold"], theirs, Stdio::piped());
    listener.send(&ours).unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(holder.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    print!("{line}");
    io::stdout().flush().unwrap();
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(child.wait().unwrap().success());
}

pub fn hold() {
    let listener = Listener::recv(io::stdin()).unwrap();
    let _call = listener.receive().unwrap();
    println!("holding");
    loop {
        thread::park();
    }
}

/// What the kernel answers where both are to run on one processor.
pub fn processor() {
    let Target {
        mut child,
        listener,
    } = Target::start("processor");
    let told = listener.wake_on_one_processor();
    println!("{:?}", told.map_err(|error| error.raw_os_error()));
    drop(listener);
    assert!(child.wait().unwrap().success());
}

/// Ten times the argument.
fn times_ten(call: Notification<'_>) {
    let value = i64::try_from(call.args()[0]).unwrap();
    assert_eq!(call.respond(10 * value).unwrap(), Outcome::Answered);
}

pub fn offspring() {
    Target::start("offspring").serve(times_ten);
}

pub fn tsync() {
    Target::start("tsync").serve(times_ten);
}

pub fn courier() {
    let target = Target::start("courier");
    let descriptors = format!("/proc/{}/fd", target.child.id());
    target.serve(move |call| {
        // It asks when its courier has ended.
        let open = fs::read_dir(&descriptors).unwrap();
        let open = open.map(|entry| fs::read_link(entry.unwrap().path()).unwrap());
        let listeners = open.filter(|link| link.to_string_lossy().contains("seccomp notify"));
        println!("copies {}", listeners.count());
        times_ten(call);
    });
    let not_one = OwnedFd::from(File::open("/dev/null").unwrap());
    println!("{:?}", Listener::try_from(not_one).is_err());
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(theirs);
    println!("{:?}", Listener::recv(&ours).unwrap_err().kind());
}

/// The length of the string that the argument points to.
pub fn memory() {
    Target::start("memory").serve(|call| {
        let outcome = match call.read_string(call.args()[0], 5000) {
            Ok(text) => {
                let length = text.as_bytes().len();
                call.respond(i64::try_from(length).unwrap())
            }
            Err(error) => call.refuse(error.raw_os_error().unwrap()),
        };
        assert_eq!(outcome.unwrap(), Outcome::Answered);
    });
}
