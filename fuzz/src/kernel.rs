//! Whether the running kernel takes a program, without one ever being in force.

use std::io;
use std::sync::OnceLock;

use seccomptime_compiler::plain::Plain;

/// `BPF_RET | BPF_K` (linux/bpf_common.h), which returns `SECCOMP_RET_ALLOW`: a program that every kernel takes.
const PASSING: Plain = Plain {
    code: 0x06,
    jt: 0,
    jf: 0,
    k: libc::SECCOMP_RET_ALLOW,
};
/// Opens nothing: one that the kernel doesn't take.
const WRONG: Plain = Plain {
    code: 0x28,
    ..PASSING
};

/// Whether the kernel takes the program; nothing where it can't be asked.
///
/// It is asked for a listener while the process may open no file: a program that is wrong is refused before that is (EINVAL), one that is
/// right for that alone (EMFILE), and no filter is installed in either case.
pub fn accepts(program: &[Plain]) -> Option<io::Result<()>> {
    static CAN_ASK: OnceLock<bool> = OnceLock::new();
    let can_ask = CAN_ASK.get_or_init(|| {
        // SAFETY: five integers.
        let set = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        let can = set == 0 && asked(&[PASSING]).is_ok() && asked(&[WRONG, PASSING]).is_err();
        if !can {
            eprintln!("this kernel can't be asked what programs it takes");
        }
        can
    });
    can_ask.then(|| asked(program))
}

fn asked(program: &[Plain]) -> io::Result<()> {
    let to = |&Plain { code, jt, jf, k }: &Plain| libc::sock_filter { code, jt, jf, k };
    let filter: Vec<libc::sock_filter> = program.iter().map(to).collect();
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).expect("a short program"),
        filter: filter.as_ptr().cast_mut(),
    };
    let files = limit()?;
    let closed = libc::rlimit {
        rlim_cur: 0,
        ..files
    };
    set_limit(&closed)?;
    // SAFETY: the kernel copies the program during the call and writes nothing through the pointer.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
            &raw const program,
        )
    };
    let error = io::Error::last_os_error();
    set_limit(&files)?;
    assert_eq!(answer, -1, "a listener with no file to be had");
    match error.raw_os_error() {
        Some(libc::EMFILE) => Ok(()),
        _ => Err(error),
    }
}

fn limit() -> io::Result<libc::rlimit> {
    let mut files = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: a struct to be written to, which outlives the call.
    match unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut files) } {
        0 => Ok(files),
        _ => Err(io::Error::last_os_error()),
    }
}

fn set_limit(files: &libc::rlimit) -> io::Result<()> {
    // SAFETY: a struct to be read, which outlives the call.
    match unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, files) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
