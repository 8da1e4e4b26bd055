//! seccomptime beside other seccomp libraries: prints one table for each topic, and writes them to RESULTS.md.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")))]
compile_error!("the bench's policies are for x86_64, and it counts the allocations of glibc");

mod child;
mod expansion;
mod footprint;
mod heap;
mod install;
mod package;
mod pages;
mod peers;
mod policies;
mod programs;
mod statistics;
mod table;

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::thread;

const COMMAND: &str = "cargo run --release --manifest-path bench/Cargo.toml";

fn main() -> io::Result<()> {
    let (peers, missing) = peers::all();
    let mut results = head()?;
    let mut tell = |part: String| {
        println!("{part}");
        results.push('\n');
        results.push_str(&part);
    };
    tell(programs::table(&peers).to_string());
    tell(install::table(&peers).to_string());
    tell(footprint::table().to_string());
    tell(expansion::table().to_string());
    missing.into_iter().for_each(tell);
    fs::write(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md"),
        results,
    )
}

/// What was run, and where.
fn head() -> io::Result<String> {
    // The version alone: what is behind the hyphen names a build.
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let kernel = kernel.split('-').next().unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output()?.stdout;
    let cpus = thread::available_parallelism()?;
    let policies: String = policies::POLICIES
        .iter()
        .map(|policy| {
            let rules = policy.rules();
            let (calls, conditions) = (rules.numbers.len(), rules.conditions.len());
            let name = policy.name;
            match conditions {
                0 => format!("- {name}: {calls} calls allowed\n"),
                _ => format!("- {name}: {calls} calls allowed, and {conditions} by an argument\n"),
            }
        })
        .collect();
    Ok(format!(
        "# seccomptime beside other libraries\n\n\
         Made by `{COMMAND}` on Linux {}, {}, {cpus} CPUs, x86_64. Times change from machine to machine and from run to run; \
         ratios less so.\n\n\
         The policies are in `bench/policies`; all that they don't allow is `errno(EPERM)`:\n\n{policies}",
        kernel.trim(),
        String::from_utf8_lossy(&rustc).trim(),
    ))
}
