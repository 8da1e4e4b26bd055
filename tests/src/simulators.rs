//! Simulators that other people made, run as they are: `tests/simulators/fetch` fetches and builds them.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::plain::Plain;

use crate::reference::Call;
use crate::support::harness::Skip;

/// Names the folder that they are in.
const VARIABLE: &str = "SECCOMPTIME_SIMULATORS";

/// The program at this path in the folder of simulators.
///
/// # Errors
///
/// No folder is named.
///
/// # Panics
///
/// The one that is named doesn't have it.
pub fn simulator(path: &str) -> Result<PathBuf, Skip> {
    let Some(folder) = std::env::var_os(VARIABLE) else {
        return Err(Skip::because(format!(
            "{VARIABLE} isn't set: `tests/simulators/fetch` makes the folder and prints how to set it"
        )));
    };
    let simulator = Path::new(&folder).join(path);
    assert!(simulator.exists(), "no {}", simulator.display());
    Ok(simulator)
}

/// A program as the kernel of its arch takes it: `struct sock_filter`s, linux/filter.h, in the arch's byte order.
pub fn raw(program: &[Plain], big_endian: bool) -> Vec<u8> {
    let bytes = |&Plain { code, jt, jf, k }: &Plain| {
        let (code, k) = if big_endian {
            (code.to_be_bytes(), k.to_be_bytes())
        } else {
            (code.to_le_bytes(), k.to_le_bytes())
        };
        [&code[..], &[jt, jf], &k].concat()
    };
    program.iter().flat_map(bytes).collect()
}

/// What a simulator prints for a return value.
fn word(value: u32, data_of: &[u32]) -> String {
    let action = value & libc::SECCOMP_RET_ACTION_FULL;
    let name = match action {
        libc::SECCOMP_RET_KILL_PROCESS => "KILL_PROCESS",
        libc::SECCOMP_RET_KILL_THREAD => "KILL",
        libc::SECCOMP_RET_TRAP => "TRAP",
        libc::SECCOMP_RET_ERRNO => "ERRNO",
        libc::SECCOMP_RET_TRACE => "TRACE",
        libc::SECCOMP_RET_USER_NOTIF => "NOTIFY",
        libc::SECCOMP_RET_LOG => "LOG",
        libc::SECCOMP_RET_ALLOW => "ALLOW",
        _ => panic!("no action is {value:#x}"),
    };
    match data_of.contains(&action) {
        true => format!("{name}({})", value & libc::SECCOMP_RET_DATA),
        false => name.to_owned(),
    }
}

fn run(command: &mut Command) -> io::Result<String> {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output()?;
    if status.success() {
        Ok(String::from_utf8_lossy(&stdout).trim_end().to_owned())
    } else {
        let stderr = String::from_utf8_lossy(&stderr).trim().to_owned();
        Err(io::Error::other(format!("{status}: {stderr}")))
    }
}

/// libseccomp's `scmp_bpf_sim`.
pub mod libseccomp {
    use super::*;

    /// Our arches, what it calls them, and with that the audit arches that it knows. Those of big-endian aarch64 and arm say that they
    /// are little-endian, and it believes them.
    const NAMES: [(&str, &str); 14] = [
        ("x86_64", "x86_64"),
        ("x32", "x32"),
        ("i686", "x86"),
        ("aarch64", "aarch64"),
        ("arm", "arm"),
        ("riscv64", "riscv64"),
        ("s390x", "s390x"),
        ("powerpc64le", "ppc64le"),
        ("powerpc64", "ppc64"),
        ("powerpc", "ppc"),
        ("mips64el", "mipsel64"),
        ("mips64", "mips64"),
        ("mipsel", "mipsel"),
        ("mips", "mips"),
    ];
    /// The same arches by our names.
    pub const ARCHES: [&str; NAMES.len()] = {
        let mut names = [""; NAMES.len()];
        let mut i = 0;
        while i < names.len() {
            names[i] = NAMES[i].0;
            i += 1;
        }
        names
    };
    /// It prints the data of these.
    const DATA: [u32; 2] = [libc::SECCOMP_RET_ERRNO, libc::SECCOMP_RET_TRACE];

    /// What it prints for a return value.
    pub fn expected(value: u32) -> String {
        word(value, &DATA)
    }

    /// What it answers to a call, the program being in `file`. Nothing where it can't make the call: it has no name for the audit arch, or
    /// reads programs for that in the other byte order.
    ///
    /// # Errors
    ///
    /// It can't run the program, or can't be run.
    pub fn answer(
        simulator: &Path,
        file: &Path,
        call: &Call,
        big_endian: bool,
    ) -> io::Result<Option<String>> {
        let known = NAMES.iter().find(|(ours, _)| {
            let arch = Arch::from_name(ours).expect("a known arch");
            arch.audit == call.audit && arch.big_endian == big_endian
        });
        let Some((_, name)) = known else {
            return Ok(None);
        };
        let mut command = Command::new(simulator);
        command.arg("-f").arg(file).args(["-a", name]);
        command.args(["-s", &call.nr.to_string()]);
        for (index, value) in call.args.iter().enumerate() {
            command.args([format!("-{index}"), value.to_string()]);
        }
        run(&mut command).map(Some)
    }
}

/// PyPI's `ceccomp`.
pub mod ceccomp {
    use super::*;
    use seccomptime_compiler::bpf::{JGE_K, JGT_K, XOR_K};

    /// Our arches, and what it calls them; it takes all for little-endian.
    const NAMES: [(&str, &str); 3] = [
        ("x86_64", "x86_64"),
        ("aarch64", "aarch64"),
        ("riscv64", "riscv64"),
    ];
    /// The same arches by our names.
    pub const ARCHES: [&str; NAMES.len()] = [NAMES[0].0, NAMES[1].0, NAMES[2].0];
    /// It prints the data of these.
    const DATA: [u32; 3] = [
        libc::SECCOMP_RET_ERRNO,
        libc::SECCOMP_RET_TRACE,
        libc::SECCOMP_RET_TRAP,
    ];

    /// What it prints for a return value.
    pub fn expected(value: u32) -> String {
        format!("return {}", word(value, &DATA))
    }

    /// What turns the order of unsigned numbers into that of signed ones.
    const SIGN: u32 = 1 << 31;

    fn command(simulator: &Path, what: &str, arch: &str) -> Command {
        let mut command = Command::new(simulator);
        command.args([what, "-c", "never", "-a", arch]);
        command
    }

    /// The program in `file` as the text that it runs.
    ///
    /// Its own disassembler writes it, but for two kinds of lines that version 3.5 is wrong about. A `jgt` or `jge` that goes on where it
    /// holds is written as a jump on its opposite, and the opposite is wrong by one (`<` for `jgt`, `<=` for `jge`). A `xor` is run as a
    /// multiplication; that of the uppermost bit, the only one that is emitted, is an addition as well.
    ///
    /// # Errors
    ///
    /// It doesn't take the program, or can't be run.
    pub fn text(simulator: &Path, file: &Path, arch: &Arch, of: &[Plain]) -> io::Result<String> {
        let name = NAMES.iter().find(|(ours, _)| *ours == arch.name);
        let (_, name) = name.ok_or(io::Error::other("an arch that it lacks"))?;
        let text = run(command(simulator, "disasm", name).arg(file))?;
        let line = |line: &str| {
            let Some(at) = line.trim_start().split_once(':') else {
                return line.to_owned();
            };
            let Ok(number) = at.0.parse::<usize>() else {
                return line.to_owned();
            };
            let Plain { code, jt, jf, k } = of[number - 1];
            let operator = match code {
                JGT_K => ">",
                JGE_K => ">=",
                XOR_K if k == SIGN => return format!(" {number:04}: $A += {k:#x}"),
                _ => return line.to_owned(),
            };
            let to = |skip: u8| number + 1 + usize::from(skip);
            let (yes, no) = (to(jt), to(jf));
            format!(" {number:04}: if ($A {operator} {k:#x}) goto {yes:04}, else goto {no:04}")
        };
        Ok(text.lines().map(line).collect::<Vec<_>>().join("\n"))
    }

    /// What it answers to a call, the program's text being in `file`. Nothing where it has no name for the audit arch.
    ///
    /// # Errors
    ///
    /// It can't run the program, or can't be run.
    pub fn answer(simulator: &Path, file: &Path, call: &Call) -> io::Result<Option<String>> {
        let known = NAMES.iter().find(|(ours, _)| {
            let arch = Arch::from_name(ours).expect("a known arch");
            arch.audit == call.audit
        });
        let Some((_, name)) = known else {
            return Ok(None);
        };
        let mut command = command(simulator, "emu", name);
        command.arg("-q").arg(file).arg(call.nr.to_string());
        command.args(call.args.map(|arg| arg.to_string()));
        run(&mut command).map(Some)
    }
}
