//! The kernels that are tried.

use crate::toolchain::Target;
use seccomptime_tests::support::apt::Source;

/// What is emulated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Machine {
    /// A whole machine, and the arguments that qemu takes for it beside the common ones.
    System {
        /// The program, `qemu-system-…`.
        qemu: &'static str,
        /// Which machine.
        arguments: &'static [&'static str],
        /// Where its kernel writes to.
        console: &'static str,
        /// The package that depends on the kernel, and its release.
        kernel: (&'static str, &'static str),
    },
    /// gVisor, a kernel as a process.
    Gvisor,
    /// One program at a time, whose calls this machine's kernel answers.
    User {
        /// The program, `qemu-…`.
        qemu: &'static str,
    },
}

/// What the kernel can do, which is what the programs' ends depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Every action and every flag that the programs use.
    Linux,
    /// Filters, of which it can't be asked what they may answer; one that logs loads, and then kills.
    Gvisor,
    /// No filters at all.
    Nothing,
}

/// A kernel on an arch.
pub struct Guest {
    /// What it's called on the command line.
    pub name: &'static str,
    /// What runs it.
    pub machine: Machine,
    /// What the programs are built for.
    pub target: Target,
    /// Whether it is among those that `--ci` runs.
    pub ci: bool,
}

impl Guest {
    /// What it can do.
    pub fn class(&self) -> Class {
        match self.machine {
            Machine::System { .. } => Class::Linux,
            Machine::Gvisor => Class::Gvisor,
            Machine::User { .. } => Class::Nothing,
        }
    }
}

const fn target(triple: &'static str, arch: &'static str) -> Target {
    Target {
        triple,
        source: Source {
            suite: "bookworm",
            arch,
        },
        libgcc: Some("libgcc-12-dev"),
        has_std: true,
    }
}

const X86_64: Target = Target {
    libgcc: None,
    ..target("x86_64-unknown-linux-gnu", "amd64")
};
const AARCH64: Target = target("aarch64-unknown-linux-gnu", "arm64");
const I686: Target = target("i686-unknown-linux-gnu", "i386");
const ARMHF: Target = target("armv7-unknown-linux-gnueabihf", "armhf");
const S390X: Target = target("s390x-unknown-linux-gnu", "s390x");
const RISCV64: Target = Target {
    triple: "riscv64gc-unknown-linux-gnu",
    // No older release has the arch and an index that is whole.
    source: Source {
        suite: "sid",
        arch: "riscv64",
    },
    libgcc: Some("libgcc-14-dev"),
    has_std: false,
};

const fn x86_64(name: &'static str, suite: &'static str) -> Guest {
    Guest {
        name,
        machine: Machine::System {
            qemu: "qemu-system-x86_64",
            arguments: &[],
            console: "ttyS0",
            kernel: ("linux-image-cloud-amd64", suite),
        },
        target: X86_64,
        ci: false,
    }
}

const fn aarch64(name: &'static str, suite: &'static str, ci: bool) -> Guest {
    Guest {
        name,
        machine: Machine::System {
            qemu: "qemu-system-aarch64",
            // It runs programs of 32-bit arm too.
            arguments: &["-M", "virt", "-cpu", "cortex-a57"],
            console: "ttyAMA0",
            kernel: ("linux-image-cloud-arm64", suite),
        },
        target: AARCH64,
        ci,
    }
}

/// All of them.
pub const GUESTS: &[Guest] = &[
    x86_64("x86_64-5.10", "bullseye"),
    x86_64("x86_64-6.1", "bookworm"),
    x86_64("x86_64-6.12", "bookworm-backports"),
    x86_64("x86_64-newest", "sid"),
    aarch64("aarch64-5.10", "bullseye", false),
    aarch64("aarch64-6.1", "bookworm", true),
    aarch64("aarch64-6.12", "bookworm-backports", false),
    Guest {
        name: "i686-6.1",
        machine: Machine::System {
            qemu: "qemu-system-i386",
            arguments: &[],
            console: "ttyS0",
            kernel: ("linux-image-686", "bookworm"),
        },
        target: I686,
        ci: false,
    },
    Guest {
        name: "armhf-6.1",
        machine: Machine::System {
            qemu: "qemu-system-arm",
            arguments: &["-M", "virt"],
            console: "ttyAMA0",
            kernel: ("linux-image-armmp", "bookworm"),
        },
        target: ARMHF,
        ci: false,
    },
    Guest {
        name: "s390x-6.1",
        machine: Machine::System {
            qemu: "qemu-system-s390x",
            arguments: &["-M", "s390-ccw-virtio"],
            console: "ttysclp0",
            kernel: ("linux-image-s390x", "bookworm"),
        },
        target: S390X,
        ci: true,
    },
    Guest {
        name: "riscv64-newest",
        machine: Machine::System {
            qemu: "qemu-system-riscv64",
            arguments: &["-M", "virt"],
            console: "ttyS0",
            kernel: ("linux-image-riscv64", "sid"),
        },
        target: RISCV64,
        ci: false,
    },
    Guest {
        name: "gvisor",
        machine: Machine::Gvisor,
        target: X86_64,
        ci: true,
    },
    Guest {
        name: "qemu-user",
        machine: Machine::User {
            qemu: "qemu-aarch64",
        },
        target: AARCH64,
        ci: true,
    },
];
