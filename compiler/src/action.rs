//! The actions, as the policy writes them and as the kernel numbers them (`linux/seccomp.h`).

/// What the kernel does with a call, from the freest to the strictest: the derived order is the kernel's own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
    /// The call goes on.
    Allow,
    /// The call goes on and is written to the log.
    Log,
    /// A tracer decides.
    Trace,
    /// A listener decides.
    Notify,
    /// The call fails with an errno.
    Errno,
    /// The thread gets SIGSYS.
    Trap,
    /// The thread dies.
    KillThread,
    /// The process dies.
    KillProcess,
}

/// What may stand in an action's parentheses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Data {
    /// Nothing.
    None,
    /// A value that may be left out.
    Optional,
    /// A value.
    Required,
}

impl Verb {
    /// All verbs, freest first.
    pub const ALL: [Verb; 8] = [
        Verb::Allow,
        Verb::Log,
        Verb::Trace,
        Verb::Notify,
        Verb::Errno,
        Verb::Trap,
        Verb::KillThread,
        Verb::KillProcess,
    ];

    /// The verb in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Allow => "allow",
            Verb::Log => "log",
            Verb::Trace => "trace",
            Verb::Notify => "notify",
            Verb::Errno => "errno",
            Verb::Trap => "trap",
            Verb::KillThread => "kill_thread",
            Verb::KillProcess => "kill_process",
        }
    }

    /// The verb with this name.
    pub fn from_name(name: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|verb| verb.name() == name)
    }

    /// `SECCOMP_RET_…`: the upper half of what a program returns for it.
    pub fn code(self) -> u32 {
        match self {
            Verb::Allow => 0x7fff_0000,
            Verb::Log => 0x7ffc_0000,
            Verb::Trace => 0x7ff0_0000,
            Verb::Notify => 0x7fc0_0000,
            Verb::Errno => 0x0005_0000,
            Verb::Trap => 0x0003_0000,
            Verb::KillThread => 0x0000_0000,
            Verb::KillProcess => 0x8000_0000,
        }
    }

    /// Whether the action takes a value (`SECCOMP_RET_DATA`).
    pub fn data(self) -> Data {
        match self {
            Verb::Errno => Data::Required,
            Verb::Trap | Verb::Trace => Data::Optional,
            _ => Data::None,
        }
    }

    /// The values it takes.
    pub fn range(self) -> core::ops::RangeInclusive<u32> {
        match self {
            // The kernel clamps what is above MAX_ERRNO, and an errno of 0 is a success that did nothing.
            Verb::Errno => 1..=4095,
            _ => 0..=0xffff,
        }
    }

    /// Whether the call may go on.
    pub fn permits(self) -> bool {
        matches!(self, Verb::Allow | Verb::Log)
    }
}
