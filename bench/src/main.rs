//! seccomptime beside other seccomp libraries: prints one table for each topic, and writes them to RESULTS.md, with a picture.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")))]
compile_error!("the bench's policies are for x86_64, and it counts the allocations of glibc");

mod calls;
mod cases;
mod child;
mod expansion;
mod footprint;
mod heap;
mod hello;
mod install;
mod machine;
mod package;
mod pages;
mod peers;
mod plot;
mod policies;
mod profile;
mod programs;
mod scale;
mod stages;
mod statistics;
mod table;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;

use peers::Peer;
use table::Table;

const COMMAND: &str = "cargo run --release --manifest-path bench/Cargo.toml";

/// Measures one topic.
type Part = fn(&[Box<dyn Peer>]) -> Vec<Table>;

/// The parts, by the argument that asks for one alone.
const PARTS: [(&str, Part); 6] = [
    ("programs", |peers| {
        vec![programs::table(&programs::measure(peers))]
    }),
    ("install", |peers| vec![install::table(peers)]),
    ("calls", |peers| vec![calls::table(peers)]),
    ("builds", |_| vec![footprint::table()]),
    ("expansion", |_| vec![expansion::table()]),
    ("scale", |_| scale::tables()),
];
const PLOT: &str = "plot";

fn main() -> io::Result<ExitCode> {
    let peers = peers::all();
    let Some(wanted) = env::args().nth(1) else {
        let results = everything(&peers)?;
        fs::write(file("RESULTS.md"), results)?;
        return Ok(ExitCode::SUCCESS);
    };
    if wanted == PLOT {
        draw(&peers)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some((_, part)) = PARTS.iter().find(|(name, _)| *name == wanted) else {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        eprintln!(
            "no part `{wanted}`: {}, {PLOT}, or all without an argument",
            names.join(", ")
        );
        return Ok(ExitCode::FAILURE);
    };
    for table in part(&peers) {
        println!("{table}");
    }
    Ok(ExitCode::SUCCESS)
}

/// All parts, as they are printed.
fn everything(peers: &[Box<dyn Peer>]) -> io::Result<String> {
    let mut results = head()?;
    for (_, part) in PARTS {
        for table in part(peers) {
            println!("{table}");
            results.push_str(&format!("\n{table}"));
        }
    }
    draw(peers)?;
    Ok(results)
}

fn draw(peers: &[Box<dyn Peer>]) -> io::Result<()> {
    fs::write(file("plot.svg"), plot::svg(&programs::measure(peers)))
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What was run, and where.
fn head() -> io::Result<String> {
    // The version alone: what is behind the hyphen names a build.
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let kernel = kernel.split('-').next().unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output()?.stdout;
    let cpus = thread::available_parallelism()?;
    let libseccomp = match peers::libseccomp() {
        Some((version, _)) => format!("libseccomp is {version}, through its crate 0.4"),
        None => {
            "libseccomp and syscallz: skipped (built without the feature `libseccomp`)".to_owned()
        }
    };
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
         ratios less so. {libseccomp}.\n\n\
         The policies are in `bench/policies`; all that they don't allow is `errno(EPERM)`:\n\n{policies}\n\
         ![Instructions in the program against mean instructions executed](plot.svg)\n",
        kernel.trim(),
        String::from_utf8_lossy(&rustc).trim(),
    ))
}
