//! Threads, locks and sleep.

use std::hint::black_box;
use std::io;
use std::sync::{Arc, Barrier, Condvar, Mutex, RwLock, mpsc};
use std::thread::{self, Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::Feature;

/// Long enough for the other thread to wait, so that the kernel is asked.
const WHILE: Duration = Duration::from_millis(3);

pub const FEATURES: &[Feature] = &[
    ("thread_spawn_join", |_| join([thread::spawn(|| ())])),
    ("thread_named", |_| {
        join([Builder::new().name("worker".into()).spawn(|| ())?])
    }),
    ("thread_many", |_| {
        join((0..8).map(|_| {
            thread::spawn(|| {
                black_box(vec![1_u8; 300_000]);
            })
        }))
    }),
    ("thread_scope", |_| {
        thread::scope(|scope| {
            scope.spawn(|| ());
            scope.spawn(|| ());
        });
        Ok(())
    }),
    ("thread_detach", |_| {
        let (done, wait) = mpsc::channel();
        drop(thread::spawn(move || done.send(())));
        wait.recv().map_err(io::Error::other)
    }),
    ("thread_park", |_| {
        let main = thread::current();
        let other = thread::spawn(move || {
            thread::sleep(WHILE);
            main.unpark();
        });
        thread::park();
        thread::park_timeout(Duration::from_millis(1));
        join([other])
    }),
    ("thread_sleep", |_| {
        thread::sleep(WHILE);
        Ok(())
    }),
    ("thread_yield", |_| {
        thread::yield_now();
        Ok(())
    }),
    ("available_parallelism", |_| {
        thread::available_parallelism().map(drop)
    }),
    ("mutex_contended", |_| {
        let number = Arc::new(Mutex::new(0));
        join((0..4).map(|_| {
            let number = number.clone();
            thread::spawn(move || {
                for _ in 0..100 {
                    let mut number = number.lock().expect("nobody panics");
                    *number += 1;
                    thread::sleep(Duration::from_micros(10));
                }
            })
        }))
    }),
    ("rwlock_barrier", |_| {
        let shared = Arc::new((RwLock::new(0), Barrier::new(3)));
        join((0..3).map(|_| {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.1.wait();
                for _ in 0..50 {
                    *shared.0.write().expect("nobody panics") += 1;
                    black_box(*shared.0.read().expect("nobody panics"));
                }
            })
        }))
    }),
    ("condvar", |_| {
        let pair = Arc::new((Mutex::new(false), Condvar::new()));
        let other = pair.clone();
        let other = thread::spawn(move || {
            thread::sleep(WHILE);
            *other.0.lock().expect("nobody panics") = true;
            other.1.notify_all();
        });
        let mut ready = pair.0.lock().expect("nobody panics");
        while !*ready {
            let waited = pair.1.wait_timeout(ready, WHILE).expect("nobody panics");
            ready = waited.0;
        }
        drop(ready);
        join([other])
    }),
    ("channel", |_| {
        let (send, receive) = mpsc::channel();
        let other = thread::spawn(move || {
            thread::sleep(WHILE);
            send.send(()).expect("the receiver is there");
        });
        receive.recv().map_err(io::Error::other)?;
        let nothing = receive.recv_timeout(Duration::from_millis(1));
        assert!(nothing.is_err());
        join([other])
    }),
    ("heap_threads", |_| {
        join((0..4).map(|_| {
            thread::spawn(|| {
                black_box(
                    (0..2000)
                        .map(|more| vec![0_u8; 100 + more])
                        .collect::<Vec<_>>(),
                );
                black_box(vec![1_u8; 40 << 20]);
            })
        }))
    }),
    // What its policy doesn't hold, but the vDSO answers.
    ("clock", |_| {
        black_box(Instant::now());
        Ok(())
    }),
];

fn join(threads: impl IntoIterator<Item = JoinHandle<()>>) -> io::Result<()> {
    let threads: Vec<_> = threads.into_iter().collect();
    for thread in threads {
        thread
            .join()
            .map_err(|_| io::Error::other("a thread panicked"))?;
    }
    Ok(())
}
