//! gVisor: a kernel that is a process. It never ends by itself, so it is judged by what it writes, and then removed.

use crate::boot::{Emulators, console_of, log};
use crate::toolchain::Programs;
use seccomptime_tests::guest::CASES;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longer than it takes on a busy machine.
const HUNG_AFTER: Duration = Duration::from_secs(180);

/// The container, in the words of its runtime's specification.
const CONFIG: &str = r#"{
  "ociVersion": "1.0.2",
  "process": {
    "user": {"uid": 0, "gid": 0},
    "args": ["/programs/kernel_guest", "cases"],
    "env": ["PATH=/"],
    "cwd": "/",
    "capabilities": {"bounding": ["CAP_SYS_ADMIN"], "effective": ["CAP_SYS_ADMIN"], "permitted": ["CAP_SYS_ADMIN"]}
  },
  "root": {"path": "rootfs", "readonly": false},
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}
  ]
}
"#;

/// Runs the cases in gVisor.
pub fn gvisor(cache: &Path, emulators: &Emulators, programs: &Programs) -> Result<String, String> {
    let bundle = cache.join("gvisor");
    lay(&bundle, &programs.folder).map_err(|error| format!("the container: {error}"))?;
    let id = format!("kernels-{}", std::process::id());
    let runsc = |arguments: &[&str]| {
        let mut command = emulators.command("runsc");
        command.arg("--root").arg(bundle.join("state"));
        command.args(["--network=none", "--ignore-cgroups", "--platform=ptrace"]);
        command.args(arguments);
        command
    };
    let mut run = runsc(&["run", "--bundle"]);
    run.arg(&bundle).arg(&id);
    let console = console_of(run, HUNG_AFTER, &log(cache, "gvisor"));
    // Where it has ended there is nothing to remove, and that is no failure.
    runsc(&["delete", "--force", &id]).output().ok();
    console
}

fn lay(bundle: &Path, programs: &Path) -> io::Result<()> {
    let folder: PathBuf = bundle.join("rootfs/programs");
    fs::create_dir_all(&folder)?;
    for path in ["proc", "tmp"] {
        fs::create_dir_all(bundle.join("rootfs").join(path))?;
    }
    for program in CASES
        .iter()
        .map(|case| case.program)
        .chain(["kernel_guest"])
    {
        fs::copy(programs.join(program), folder.join(program))?;
    }
    fs::write(bundle.join("config.json"), CONFIG)
}
