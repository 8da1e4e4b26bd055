//! Hello worlds: without a filter, and with policy b as each library's documentation has users write it.

use crate::package::OURS;
use crate::policies::{Source, named};

/// A program, and what it depends on.
pub struct Hello {
    pub name: &'static str,
    pub dependencies: &'static str,
    pub source: String,
    /// Whether it links the C library.
    pub links_libseccomp: bool,
}

/// All of them; those that link libseccomp only where the bench does.
pub fn all() -> Vec<Hello> {
    let policy = named("b");
    let mut all = vec![
        Hello {
            name: "no filter",
            dependencies: "",
            source: hello("", ""),
            links_libseccomp: false,
        },
        Hello {
            name: "seccomptime",
            dependencies: OURS,
            source: hello(
                &format!("#[seccomptime::seccomp({})]", policy.written()),
                "",
            ),
            links_libseccomp: false,
        },
        Hello {
            name: "seccompiler 0.5",
            dependencies: "seccompiler = \"0.5\"\nlibc = \"0.2\"",
            source: with_seccompiler(policy),
            links_libseccomp: false,
        },
        Hello {
            name: "libseccomp, dynamic",
            dependencies: "libseccomp = \"0.4\"",
            source: with_libseccomp(policy),
            links_libseccomp: true,
        },
        Hello {
            name: "syscallz 0.17",
            dependencies: "syscallz = \"0.17\"",
            source: with_syscallz(policy),
            links_libseccomp: true,
        },
        Hello {
            name: "extrasafe 0.5",
            dependencies: "extrasafe = \"0.5\"",
            source: with_extrasafe(policy),
            links_libseccomp: false,
        },
    ];
    all.retain(|hello| cfg!(feature = "libseccomp") || !hello.links_libseccomp);
    all
}

fn hello(items: &str, statements: &str) -> String {
    format!("{items}\nfn main() {{\n{statements}    println!(\"Hello, world!\");\n}}\n")
}

/// A line for each call.
fn lines(policy: &Source, line: impl Fn(&str) -> String) -> String {
    let calls = policy.calls();
    let lines: Vec<String> = calls.iter().map(|(name, _)| line(name)).collect();
    lines.join("\n")
}

fn with_seccompiler(policy: &Source) -> String {
    let rules = lines(policy, |name| format!("(libc::SYS_{name}, vec![]),"));
    let statements = format!(
        "    use seccompiler::{{BpfProgram, SeccompAction, SeccompFilter, TargetArch}};
    let rules = [\n{rules}\n    ];
    let filter = SeccompFilter::new(
        rules.into_iter().collect(),
        SeccompAction::Errno(libc::EPERM as u32),
        SeccompAction::Allow,
        TargetArch::x86_64,
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
"
    );
    hello("", &statements)
}

fn with_libseccomp(policy: &Source) -> String {
    let names = lines(policy, |name| format!("{name:?},"));
    let statements = format!(
        "    use libseccomp::{{ScmpAction, ScmpFilterContext, ScmpSyscall}};
    let mut filter = ScmpFilterContext::new(ScmpAction::Errno({})).unwrap();
    for name in [\n{names}\n    ] {{
        let call = ScmpSyscall::from_name(name).unwrap();
        filter.add_rule(ScmpAction::Allow, call).unwrap();
    }}
    filter.load().unwrap();
",
        libc::EPERM
    );
    hello("", &statements)
}

fn with_syscallz(policy: &Source) -> String {
    let calls = lines(policy, |name| format!("Syscall::{name},"));
    let statements = format!(
        "    use syscallz::{{Action, Context, Syscall}};
    let mut context = Context::init_with_action(Action::Errno({})).unwrap();
    for call in [\n{calls}\n    ] {{
        context.allow_syscall(call).unwrap();
    }}
    context.load().unwrap();
",
        libc::EPERM
    );
    hello("", &statements)
}

fn with_extrasafe(policy: &Source) -> String {
    let calls = lines(policy, |name| format!("Sysno::{name},"));
    let items = format!(
        "use std::collections::HashMap;
use extrasafe::{{RuleSet, SafetyContext, SeccompRule, syscalls::Sysno}};
struct Rules;
impl RuleSet for Rules {{
    fn simple_rules(&self) -> Vec<Sysno> {{
        vec![\n{calls}\n        ]
    }}
    fn conditional_rules(&self) -> HashMap<Sysno, Vec<SeccompRule>> {{
        HashMap::new()
    }}
    fn name(&self) -> &'static str {{
        \"policy b\"
    }}
}}
"
    );
    let statements =
        "    SafetyContext::new().enable(Rules).unwrap().apply_to_current_thread().unwrap();\n";
    hello(&items, statements)
}
