//! The kernel's own record of what a filter logged: type 1326, read from the audit multicast group, since the kernel ring is
//! rate-limited. Reading ends at a canary, a call of a number that nobody else makes, so nothing waits for time to pass.

use super::bpf::{self, Outer};
use super::call::{self, Call};
use super::fork::{self, End};
use super::harness::Skip;
use super::{checked, signed, unsigned};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};

/// `AUDIT_SECCOMP` (linux/audit.h).
const AUDIT_SECCOMP: u16 = 1326;
/// `AUDIT_NLGRP_READLOG` as a bit of `nl_groups` (linux/audit.h).
const READLOG_GROUP: u32 = 1;
/// Room for all that a sweep makes the kernel say.
const RECEIVE_BUFFER: libc::c_int = 64 << 20;
/// Longer than the kernel's `AUDIT_MESSAGE_TEXT_MAX` with its header.
const LONGEST_MESSAGE: usize = 16 << 10;
/// Seconds without any record after which the log counts as silent.
const SILENT_AFTER: libc::time_t = 60;
/// Numbers from here on are no call of any arch; the low bits tell canaries of one machine apart, of which there are few where
/// numbers are low.
const FIRST_CANARY: u32 = 0x2000_0000 & call::LAST | 0x8000;
/// How many bits of a canary are from its process, and from its turn.
const CANARY_BITS: [u32; 2] = if call::LAST == u32::MAX {
    [15, 12]
} else {
    [7, 7]
};
/// `struct nlmsghdr` (linux/netlink.h): length, type, flags, sequence, port.
const HEADER: usize = 16;

/// A record of type 1326.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The process, as the first pid namespace counts.
    pub pid: u32,
    /// The thread's name.
    pub comm: String,
    /// The signal sent: SIGSYS for kills, else 0.
    pub signal: i32,
    /// The audit arch.
    pub arch: u32,
    /// The call's number.
    pub nr: u32,
    /// The action without its data.
    pub code: u32,
}

/// The log from some point on.
#[derive(Debug)]
pub struct Log {
    socket: OwnedFd,
}

impl Log {
    /// Starts listening; records made from now on are kept.
    pub fn open() -> Result<Self, Skip> {
        logs("log")?;
        let log = Self::join()
            .map_err(|error| Skip::because(format!("can't read the audit log: {error}")))?;
        Ok(log)
    }

    fn join() -> io::Result<Self> {
        // SAFETY: three integers, gives a new descriptor.
        let socket = checked(unsafe {
            libc::socket(
                libc::AF_NETLINK,
                libc::SOCK_RAW | libc::SOCK_CLOEXEC,
                libc::NETLINK_AUDIT,
            )
        })?;
        // SAFETY: the descriptor is new and nobody else's.
        let socket = unsafe { OwnedFd::from_raw_fd(socket) };
        let patience = libc::timeval {
            tv_sec: SILENT_AFTER,
            tv_usec: 0,
        };
        set(&socket, libc::SO_RCVBUFFORCE, &RECEIVE_BUFFER)?;
        set(&socket, libc::SO_RCVTIMEO, &patience)?;
        // SAFETY: all zeros is a valid sockaddr_nl: port 0 lets the kernel choose.
        let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
        address.nl_family = u16::try_from(libc::AF_NETLINK).expect("a small constant");
        address.nl_groups = READLOG_GROUP;
        let at = &raw const address;
        // SAFETY: the kernel copies the address during the call.
        checked(unsafe { libc::bind(socket.as_raw_fd(), at.cast(), length(&address)) })?;
        Ok(Self { socket })
    }

    /// All records of the process up to now, in order.
    pub fn of(&self, pid: u32) -> Vec<Record> {
        let mut records = self.until_now();
        records.retain(|record| record.pid == pid);
        records
    }

    /// All records up to now, in order.
    pub fn until_now(&self) -> Vec<Record> {
        let canary = Canary::sing();
        let mut records = Vec::new();
        let mut buffer = vec![0; LONGEST_MESSAGE];
        loop {
            let Some(record) = self.receive(&mut buffer) else {
                continue;
            };
            if record.nr == canary.nr {
                assert_eq!(
                    record.pid, canary.pid,
                    "the log counts processes in another namespace"
                );
                return records;
            }
            records.push(record);
        }
    }

    fn receive(&self, buffer: &mut [u8]) -> Option<Record> {
        let at = buffer.as_mut_ptr().cast();
        // SAFETY: the kernel writes at most the buffer's length into it during the call.
        let got = unsafe { libc::recv(self.socket.as_raw_fd(), at, buffer.len(), 0) };
        // ENOBUFS is loss, EAGAIN silence: either way the log can't be relied on.
        let got = checked(i64::try_from(got).expect("64 bits")).expect("the audit log");
        message(&buffer[..usize::try_from(got).expect("not below 0")])
    }
}

fn set<T>(socket: &OwnedFd, option: libc::c_int, value: &T) -> io::Result<()> {
    let at = &raw const *value;
    // SAFETY: the kernel reads the value, whose type the option's manual names, during the call.
    checked(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            at.cast(),
            length(value),
        )
    })?;
    Ok(())
}

fn length<T>(value: &T) -> libc::socklen_t {
    libc::socklen_t::try_from(size_of_val(value)).expect("a small struct")
}

/// Whether the kernel is set to log this action at all.
fn logs(action: &str) -> Result<(), Skip> {
    let path = "/proc/sys/kernel/seccomp/actions_logged";
    let logged = std::fs::read_to_string(path)
        .map_err(|error| Skip::because(format!("can't read {path}: {error}")))?;
    if logged.split_whitespace().any(|name| name == action) {
        Ok(())
    } else {
        Err(Skip::because(format!("`{action}` isn't in actions_logged")))
    }
}

/// A logged call whose record marks the present.
struct Canary {
    nr: u32,
    pid: u32,
}

impl Canary {
    fn sing() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Two processes that test at once differ in their id, two threads in the counter.
        let [process, turn] = CANARY_BITS;
        let id = std::process::id() & ((1 << process) - 1);
        let count = NEXT.fetch_add(1, Ordering::SeqCst) & ((1 << turn) - 1);
        // Between the two is the first canary's own bit, or one of none.
        let nr = FIRST_CANARY | count << (process + 1) | id;
        let filter = Outer::passing()
            .rule(libc::c_long::from(signed(nr)), &[], bpf::LOG)
            .build();
        let child = fork::start(|| {
            let installed = filter.install();
            // SAFETY: a number that is no call does nothing.
            let answer = unsafe { Call::native(nr, [0; 6]).make() };
            i32::from(installed.is_err() || answer != -i64::from(libc::ENOSYS))
        });
        let pid = child.pid();
        assert_eq!(child.wait(), End::Exited(0), "the canary");
        Self { nr, pid }
    }
}

/// The record in a netlink message, which for this group comes alone; nothing where it is of another type.
fn message(bytes: &[u8]) -> Option<Record> {
    let (header, text) = bytes.split_at_checked(HEADER)?;
    if u16::from_ne_bytes([header[4], header[5]]) != AUDIT_SECCOMP {
        return None;
    }
    let text = String::from_utf8_lossy(text);
    Some(parse(&text).unwrap_or_else(|| panic!("not a record: `{text}`")))
}

/// Reads the text of a record.
fn parse(text: &str) -> Option<Record> {
    let field = |name: &str| {
        text.split_whitespace()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
            .map(|value| value.trim_end_matches('\0'))
    };
    let hex = |value: &str| u32::from_str_radix(value.trim_start_matches("0x"), 16).ok();
    let nr: i64 = field("syscall")?.parse().ok()?;
    Some(Record {
        pid: field("pid")?.parse().ok()?,
        comm: field("comm")?.trim_matches('"').to_owned(),
        signal: field("sig")?.parse().ok()?,
        arch: field("arch").and_then(hex)?,
        // The log shows the kernel's int.
        nr: i32::try_from(nr)
            .ok()
            .map(unsigned)
            .or(u32::try_from(nr).ok())?,
        code: field("code").and_then(hex)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read() {
        let text = "audit(1795509073.061:4437165): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=24772 comm=\"del\" \
                    exe=\"/x/del\" sig=31 arch=c000003e syscall=-1 compat=0 ip=0x7f079b1a1829 code=0x7ffc0000";
        assert_eq!(
            parse(text),
            Some(Record {
                pid: 24772,
                comm: "del".into(),
                signal: 31,
                arch: 0xc000_003e,
                nr: u32::MAX,
                code: bpf::LOG,
            })
        );
    }

    #[test]
    fn a_text_without_the_fields_is_no_record() {
        assert_eq!(parse("audit(1:1): pid=3 comm=\"x\""), None);
    }
}
