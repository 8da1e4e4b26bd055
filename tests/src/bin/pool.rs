//! A pool whose workers have a policy each: jobs go to whom may do them.

use seccomptime::{Policy, policy, seccomp};
use std::fs::File;
use std::io;
use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

// What every worker needs is in the file.
static OPENS: Policy = policy!(
    include = "policies/worker.policy", allow(openat, close, fcntl), errno(EACCES: socket),
    // There it does what `socket` does, and libc calls it.
    arch(i686, s390x: errno(EACCES: socketcall)),
    arch(i686, arm: allow(fcntl64)),
);
static CONNECTS: Policy = policy!(
    include = "policies/worker.policy", allow(socket, bind, close, fcntl), errno(EACCES: openat),
    arch(i686, s390x: allow(socketcall)),
    arch(i686, arm: allow(fcntl64)),
);
static COMPUTES: Policy = policy!(
    include = "policies/worker.policy", errno(EACCES: openat, socket),
    arch(i686, s390x: errno(EACCES: socketcall)),
);

const POLICIES: [(&str, &Policy); 3] = [
    ("opens", &OPENS),
    ("connects", &CONNECTS),
    ("computes", &COMPUTES),
];

/// Whether a file can be opened, whether a socket can be made.
type Answer = [bool; 2];

struct Worker {
    jobs: Sender<()>,
    answers: Receiver<Answer>,
    thread: JoinHandle<()>,
}

impl Worker {
    fn new(name: &str, policy: &'static Policy) -> Self {
        let (jobs, work) = channel();
        let (answer, answers) = channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            policy.install().unwrap();
            for () in work {
                answer.send(may()).unwrap();
            }
        });
        Self {
            jobs,
            answers,
            thread: thread.unwrap(),
        }
    }

    fn job(&self) -> Answer {
        self.jobs.send(()).unwrap();
        self.answers.recv().unwrap()
    }
}

fn may() -> Answer {
    let refused = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    let file = File::open("/dev/null").map(drop);
    let socket = UdpSocket::bind("127.0.0.1:0").map(drop);
    [file, socket].map(|done| !done.is_err_and(|error| refused(&error)))
}

#[seccomp(errno(EPERM: getppid), default = log)]
fn main() {
    let workers = POLICIES.map(|(name, policy)| (name, Worker::new(name, policy)));
    for round in 0..2 {
        for (name, worker) in &workers {
            println!("{round} {name} {:?}", worker.job());
        }
    }
    println!("main {:?}", may());
    for (_, worker) in workers {
        drop(worker.jobs);
        worker.thread.join().unwrap();
    }
}
