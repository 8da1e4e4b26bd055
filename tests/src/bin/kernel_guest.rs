//! The first program of a kernel under test: runs the cases, then the live tests, tells of each on the console, and turns the
//! machine off. Told `cases`, it runs those alone, in a place that somebody else made; called `true` or `cat`, it is that.

use seccomptime_tests::guest::{BEGIN, CASES, END, TESTED};
use std::ffi::CStr;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::ptr;

/// Where the image has the tests, and what they are told.
const TESTS: [(&str, &[&str]); 2] = [
    ("/live", &["--test-threads=1", "--color=never"]),
    // Those that run programs; the others read the sources.
    ("/sets", &["run::", "--test-threads=1", "--color=never"]),
];

fn main() -> io::Result<()> {
    // What tests start and wait for, or end.
    let called = std::env::args().next().unwrap_or_default();
    match called.rsplit('/').next() {
        Some("true") => return Ok(()),
        Some("cat") => return io::copy(&mut io::stdin(), &mut io::stdout()).map(drop),
        _ => {}
    }
    if std::env::args().nth(1).as_deref() == Some("cases") {
        cases()?;
        println!("{END}");
        return Ok(());
    }
    for (kind, at) in [
        (c"proc", c"/proc"),
        (c"sysfs", c"/sys"),
        (c"devtmpfs", c"/dev"),
    ] {
        mount(kind, at)?;
    }
    loopback()?;
    cases()?;
    for (tests, arguments) in TESTS {
        let mut tests = Command::new(tests);
        // An emulator is slow: the many notifications of one test are fewer here.
        tests
            .args(arguments)
            .env("SECCOMPTIME_NOTIFICATIONS", "2000");
        let tests = tests.spawn()?;
        println!("{TESTED} {}", reap_until(&tests)?);
    }
    println!("{END}");
    power_off()
}

fn cases() -> io::Result<()> {
    println!("{BEGIN} {}", release());
    let guest = std::env::current_exe()?;
    let folder = guest.parent().unwrap_or(Path::new("/"));
    for case in CASES {
        println!("{}", case.line(&case.run(folder, None)));
    }
    Ok(())
}

/// The kernel's own name of its version.
fn release() -> String {
    // SAFETY: all zeros is a valid utsname, which the kernel fills during the call with strings that end with 0.
    let name = unsafe {
        let mut name: libc::utsname = std::mem::zeroed();
        libc::uname(&mut name);
        CStr::from_ptr(name.release.as_ptr()).to_owned()
    };
    name.to_string_lossy().into_owned()
}

fn mount(kind: &CStr, at: &CStr) -> io::Result<()> {
    // SAFETY: the strings end with 0 and the kernel reads them during the call; none of these file systems takes data.
    match unsafe { libc::mount(kind.as_ptr(), at.as_ptr(), kind.as_ptr(), 0, ptr::null()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Lets 127.0.0.1 be reached.
fn loopback() -> io::Result<()> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0")?;
    // SAFETY: all zeros is a valid ifreq.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(c"lo".to_bytes()) {
        *to = libc::c_char::try_from(*from).expect("ASCII");
    }
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(libc::IFF_UP).expect("a small flag");
    // SAFETY: the kernel reads the request during the call.
    match unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Waits until the child has ended, and for whoever else ends meanwhile: the first program of a machine inherits all orphans.
fn reap_until(child: &Child) -> io::Result<ExitStatus> {
    loop {
        let mut status = 0;
        // SAFETY: the kernel writes one int during the call.
        let ended = unsafe { libc::waitpid(-1, &mut status, 0) };
        if u32::try_from(ended).is_ok_and(|ended| ended == child.id()) {
            return Ok(ExitStatus::from_raw(status));
        }
        if ended == -1 {
            return Err(io::Error::last_os_error());
        }
    }
}

fn power_off() -> io::Result<()> {
    // SAFETY: ends every program of the machine, which is this one and was made for it.
    unsafe {
        libc::sync();
        libc::reboot(libc::RB_POWER_OFF);
    }
    Err(io::Error::last_os_error())
}
