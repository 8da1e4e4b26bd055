//! Arguments as the kernel reads them, and programs of another ABI that the same kernel runs.

use seccomptime::{Policy, policy};
use seccomptime_tests::guest::ARGUMENTS;
use seccomptime_tests::support::fork::{self, End};
use seccomptime_tests::support::harness::{Outcome, Skip};
use seccomptime_tests::support::program;
use std::ffi::CStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::ptr;

pub fn conditions_hold_for_what_the_kernel_reads() -> Outcome {
    let ran = program::run(Command::new(env!("CARGO_BIN_EXE_arguments")));
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    assert_eq!(ran.stdout, ARGUMENTS);
    Ok(())
}

/// What the programs below end with: 7 by their own exit.
const STATUS: u8 = 7;

/// A whole program of the foreign ABI: the code that calls exit(7), and the number of its machine in the header.
struct Foreign {
    /// `EM_386` or `EM_ARM` (linux/elf-em.h).
    machine: u16,
    code: &'static [u8],
}

const I386: Foreign = Foreign {
    machine: 3,
    // mov eax, 1 (exit); mov ebx, 7; int 0x80
    code: &[0xb8, 1, 0, 0, 0, 0xbb, STATUS, 0, 0, 0, 0xcd, 0x80],
};
const ARM: Foreign = Foreign {
    machine: 40,
    // mov r7, #1 (exit); mov r0, #7; svc #0
    code: &[1, 0x70, 0xa0, 0xe3, STATUS, 0, 0xa0, 0xe3, 0, 0, 0, 0xef],
};

impl Foreign {
    fn of_this_arch() -> Result<Self, Skip> {
        if cfg!(target_arch = "x86_64") {
            Ok(I386)
        } else if cfg!(target_arch = "aarch64") {
            Ok(ARM)
        } else {
            Err(Skip::because("no other ABI of this arch is known here"))
        }
    }

    /// An ELF file of one segment: its header, the segment's, and the code (elf(5)).
    fn file(&self) -> Vec<u8> {
        const BASE: u32 = 0x1_0000;
        const HEADERS: u16 = 52 + 32;
        // 32 bits, little-endian, version 1.
        let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        let half = |file: &mut Vec<u8>, value: u16| file.extend(value.to_le_bytes());
        let word = |file: &mut Vec<u8>, value: u32| file.extend(value.to_le_bytes());
        half(&mut file, 2);
        half(&mut file, self.machine);
        word(&mut file, 1);
        word(&mut file, BASE + u32::from(HEADERS));
        // Where the segments' headers are, no sections, flags: the fifth version of arm's ABI, which is nothing to others.
        word(&mut file, 52);
        word(&mut file, 0);
        word(
            &mut file,
            if self.machine == ARM.machine {
                0x0500_0000
            } else {
                0
            },
        );
        for value in [52, 32, 1, 0, 0, 0] {
            half(&mut file, value);
        }
        let length = u32::from(HEADERS) + u32::try_from(self.code.len()).expect("a short program");
        // To be loaded and executed, from the file's start, at the base, page-aligned.
        for value in [1, 0, BASE, BASE, length, length, 5, 0x1000] {
            word(&mut file, value);
        }
        file.extend(self.code);
        file
    }
}

static KILLS: Policy = policy!(
    allow(@rust-main, execve),
    default = errno(EPERM),
    foreign = kill_process,
);
static ANSWERS: Policy = policy!(
    allow(@rust-main, execve),
    default = errno(EPERM),
    foreign = errno(ENOSYS),
);

/// How a program ends that is executed under a policy.
fn executed(path: &CStr, policy: Option<&Policy>) -> End {
    let arguments = [path.as_ptr(), ptr::null()];
    let environment = [ptr::null()];
    fork::run(|| {
        if policy.is_some_and(|policy| policy.install().is_err()) {
            return 1;
        }
        // SAFETY: the strings end with 0 and the lists with a null pointer; the kernel reads them during the call.
        unsafe { libc::execve(path.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
        2
    })
}

pub fn a_program_of_another_abi_gets_what_foreign_says() -> Outcome {
    let foreign = Foreign::of_this_arch()?;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("foreign");
    fs::write(&path, foreign.file()).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file of ours");
    let path = std::ffi::CString::new(path.as_os_str().as_bytes()).expect("a path");
    match executed(&path, None) {
        End::Exited(status) if status == i32::from(STATUS) => {}
        end => {
            return Err(Skip::because(format!(
                "this kernel runs no program of another ABI: {end:?}"
            )));
        }
    }
    assert_eq!(executed(&path, Some(&KILLS)), End::Killed(libc::SIGSYS));
    // Its exit is answered, so it runs into what follows its code.
    let end = executed(&path, Some(&ANSWERS));
    assert!(
        matches!(end, End::Killed(signal) if signal != libc::SIGSYS),
        "{end:?}"
    );
    Ok(())
}
