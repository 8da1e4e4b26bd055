use super::*;
use crate::diagnostic::Diagnostic;
use crate::lex::lex;
use crate::policy::{Comparison, Condition};

fn parsed(text: &str) -> (Policy, Vec<Diagnostic>) {
    let mut report = Report::default();
    let policy = parse(&lex(text, 0).unwrap().tokens, &mut report);
    (policy, report.into_diagnostics())
}

fn good(text: &str) -> Policy {
    let (policy, diagnostics) = parsed(text);
    assert!(diagnostics.is_empty(), "{text}: {diagnostics:?}");
    policy
}

/// The messages for `text`.
fn messages(text: &str) -> Vec<String> {
    let diagnostics = parsed(text).1;
    diagnostics.into_iter().map(|d| d.message).collect()
}

fn condition(text: &str) -> Condition {
    let mut policy = good(&format!("allow(read({text}))"));
    policy.rules.remove(0).pattern.condition.unwrap()
}

#[test]
fn every_verb_with_and_without_values() {
    for verb in Verb::ALL {
        let text = match verb.data() {
            Data::Required => format!("{}(EPERM: read, write)", verb.name()),
            _ => format!("{}(read, write)", verb.name()),
        };
        let policy = good(&text);
        assert_eq!(policy.rules.len(), 2);
        assert_eq!(policy.rules[1].action.verb, verb);
    }
    let policy = good("trap(7: read), trace(0xffff: write), errno(libc::EPERM: open)");
    let values: Vec<String> = policy.rules.iter().map(|r| r.action.to_string()).collect();
    assert_eq!(values, ["trap(7)", "trace(0xffff)", "errno(libc::EPERM)"]);
}

#[test]
fn every_setting() {
    let policy = good(
        "default = log or errno(EPERM) or kill_process, debug_default = trap(3), foreign = errno(EPERM),\
         unknown = kill_process, baseline = \"6.12\", include = \"a.policy\", include = \"b.policy\",\
         flags(tsync, log, spec_allow, wait_killable, keep_privs), report, record = minimal,\
         optimize = size, hot(read, @stdio - write), on_error = continue, crate = crate::other, forbid(execve, @mount),\
         waive(stacks: \"once\"), waive(no_exit in @rust-main: \"why\"), arch(x86_64, arm: allow(open)),",
    );
    let settings = policy.settings;
    let default = settings.default.unwrap().value;
    assert_eq!(default.or.len(), 2);
    assert_eq!(settings.flags.len(), 5);
    assert_eq!(settings.includes.len(), 2);
    assert_eq!(settings.waivers.len(), 2);
    assert_eq!(
        settings.waivers[1].rule.as_ref().unwrap().text,
        "@rust-main"
    );
    assert_eq!(policy.forbids.len(), 2);
    assert_eq!(policy.hot.len(), 2);
    let tables = policy.rules[0].tables.as_ref().unwrap();
    assert_eq!(tables[..], [Table::X86_64, Table::Arm]);
}

#[test]
fn sets_with_hyphens_and_subtraction() {
    for (text, name, minus) in [
        ("@file-system", "file-system", 0),
        ("@file-system - read", "file-system", 1),
        ("@file-system - @chown - read", "file-system", 2),
        ("@mount - umount2", "mount", 1),
    ] {
        let policy = good(&format!("allow({text})"));
        let Target::Set { set, minus: taken } = &policy.rules[0].pattern.target else {
            panic!("{text}");
        };
        assert_eq!((set.text.as_str(), taken.len()), (name, minus), "{text}");
        assert_eq!(policy.rules[0].pattern.text, text);
    }
}

#[test]
fn bare_numbers() {
    let policy = good("allow(syscall(0x1f), syscall(425))");
    assert!(matches!(policy.rules[0].pattern.target, Target::Number(31)));
    assert_eq!(
        messages("allow(syscall(), syscall(read), syscall(-1), 7)"),
        [
            "`syscall` takes one bare number, such as `syscall(425)`",
            "`syscall` takes one bare number, such as `syscall(425)`",
            "`syscall` takes one bare number, such as `syscall(425)`",
            "expected a syscall or an `@set`, found `7`; write `syscall(7)` for a bare number",
        ]
    );
}

#[test]
fn integers_of_every_shape() {
    for (text, want) in [
        ("10", Some(10)),
        ("0x1F_u32", Some(31)),
        ("0b101", Some(5)),
        ("0o17usize", Some(15)),
        ("1_000i64", Some(1000)),
        ("1.5", None),
        ("\"1\"", None),
    ] {
        assert_eq!(integer(&lex(text, 0).unwrap().tokens[0]), want, "{text}");
    }
}

/// Angle brackets that are no comparison, wherever a value can stand.
#[test]
fn paths_with_types_are_values() {
    let compare = |text: &str| match condition(text) {
        Condition::Compare { operand, op, value } => {
            (operand.mask.map(|mask| mask.text), op, value.text)
        }
        other => panic!("{text}: {other:?}"),
    };
    let path = "<A as T>::K";
    for (text, op) in [
        ("fd == <A as T>::K", Comparison::Equal),
        ("fd==<A as T>::K", Comparison::Equal),
        ("fd < <A as T>::K", Comparison::Less),
        ("fd <= <A as T>::K", Comparison::LessOrEqual),
        ("fd > <A as T>::K", Comparison::Greater),
        ("fd ><A as T>::K", Comparison::Greater),
        ("fd >= <A as T>::K", Comparison::GreaterOrEqual),
    ] {
        assert_eq!(compare(text), (None, op, path.to_owned()), "{text}");
    }
    for value in [
        path,
        "<A>::K",
        "<A<B, C> as T>::K",
        "<<A as T>::B as U>::K",
        "<fn(A) -> B as T>::K",
        "<[u8] as T>::K + <A>::L",
        "1 << <A>::K",
        "!<A>::K",
        "f::<A, B>(1)",
        "A::<B>::K",
        "1 as <A as T>::B",
        "(<A>::K > <B>::K) as u32",
    ] {
        for text in [
            format!("fd == {value}"),
            format!("fd & {value} == {value}"),
            format!("fd & ({value}) < {value}"),
        ] {
            let (mask, _, right) = compare(&text);
            assert_eq!(right, value, "{text}");
            assert!(mask.is_none_or(|mask| mask.contains(value)), "{text}");
        }
        let list = format!("fd in [{value}, {value}]");
        assert!(
            matches!(condition(&list), Condition::In { list, .. } if list.len() == 2),
            "{list}"
        );
        let range = format!("fd in {value}..={value}, count < 3");
        let Condition::All(all) = condition(&range) else {
            panic!("{range}");
        };
        assert!(
            matches!(&all[0], Condition::Range { low, high, .. } if low.text == value && high == low),
            "{range}"
        );
        let policy = good(&format!(
            "errno({value}: read, write), default = errno({value})"
        ));
        let want = format!("errno({value})");
        assert_eq!(policy.rules.len(), 2);
        assert_eq!(policy.rules[1].action.to_string(), want);
        assert_eq!(
            policy.settings.default.unwrap().value.action.to_string(),
            want
        );
    }
    // What isn't behind an operator compares, and is told as before.
    let chained = "comparisons can't be chained: join two of them by `&&`";
    for (text, want) in [
        ("fd < A < B", chained),
        ("fd < (A) > ::B", chained),
        ("fd == A < B >::K", chained),
        ("fd == < 3 && count > 4", "expected a value after this"),
        ("fd & < 3", "expected a value after this"),
        (
            "fd <<A as T>::K",
            "`<< A as T` can't be done to an argument: there is `fd & MASK` alone",
        ),
        (
            "<A as T>::K == fd",
            "expected an argument's name, found `<A as T>::K`; the argument comes first, then the value",
        ),
    ] {
        assert_eq!(messages(&format!("allow(read({text}))")), [want], "{text}");
    }
}

#[test]
fn conditions_bind_as_in_rust() {
    let Condition::Any(any) = condition("count == 1 && fd == 2 || !(buf == 0)") else {
        panic!();
    };
    assert!(matches!(&any[0], Condition::All(all) if all.len() == 2));
    assert!(matches!(&any[1], Condition::Not(_)));
    // The comma is `&&` that binds loosest.
    let Condition::All(all) = condition("count == 1 || count == 2, fd != 3") else {
        panic!();
    };
    assert!(matches!(&all[0], Condition::Any(any) if any.len() == 2));
}

#[test]
fn conditions_of_every_form() {
    for (text, op) in [
        ("count == 1", Comparison::Equal),
        ("count != -1", Comparison::NotEqual),
        ("count < 1 << 3", Comparison::Less),
        ("count <= A | B", Comparison::LessOrEqual),
        ("count > f(1, 2)", Comparison::Greater),
        ("count >= libc::X", Comparison::GreaterOrEqual),
        ("count == size_of::<u64>()", Comparison::Equal),
        ("count < f::<fn() -> Vec<u8>>() << 1", Comparison::Less),
        ("count & S::<{ 1 }>::MASK != 0", Comparison::NotEqual),
        ("(count & MASK) == 1", Comparison::Equal),
        ("count as u32 & (A | B) == 1", Comparison::Equal),
    ] {
        let Condition::Compare {
            op: found, operand, ..
        } = condition(text)
        else {
            panic!("{text}");
        };
        assert_eq!(found, op, "{text}");
        assert_eq!(operand.name.text, "count");
    }
    assert!(
        matches!(condition("arg2 in [1, X, -3]"), Condition::In { list, .. } if list.len() == 3)
    );
    assert!(matches!(
        condition("r#type in 1..=1 << 4"),
        Condition::Range { .. }
    ));
    assert!(matches!(condition("type == 3"), Condition::Compare { .. }));
}

#[test]
fn conditions_that_are_wrong() {
    for (text, want) in [
        ("", "`read()` has no condition: write `read` for every call"),
        (
            "count",
            "expected a comparison: `count == …`, `count in [..]`",
        ),
        ("count = 1", "a comparison is written `==`"),
        (
            "1 == count",
            "expected an argument's name, found `1`; the argument comes first, then the value",
        ),
        ("count ==", "expected a value after this"),
        (
            "count == 1 == 2",
            "comparisons can't be chained: join two of them by `&&`",
        ),
        ("count in []", "the list is empty"),
        (
            "count in 1..5",
            "`in` takes a list `[A, B]` or a range `A..=B`",
        ),
        (
            "count as u16 == 1",
            "an argument is compared as `u32`, `i32`, `u64` or `i64`",
        ),
        (
            "count + 1 == 2",
            "`+ 1` can't be done to an argument: there is `count & MASK` alone",
        ),
        ("()", "expected a condition in the parentheses"),
        (
            "(count == 1) | (fd == 2)",
            "expected `&&`, `||` or `,`, found `| (fd == 2)`; conditions are joined by `&&` and `||`",
        ),
    ] {
        assert_eq!(messages(&format!("allow(read({text}))")), [want], "{text}");
    }
}

#[test]
fn one_mistake_hides_no_other() {
    assert_eq!(
        messages("alow(read), default = lgo, record = ful, default = log, default = log, 3"),
        [
            "`alow` is no verb and no setting; did you mean `allow`?",
            "`lgo` is no action; did you mean `log`?",
            "`record` knows `full`, `minimal` or `none`, not `ful`; did you mean `full`?",
            "`default` is said twice",
            "expected a verb or a setting, found `3`",
        ]
    );
}

#[test]
fn settings_that_are_wrong() {
    for (text, want) in [
        ("allow", "expected `(…)` after `allow`"),
        ("allow()", "`allow` has no rule: write the calls it is for"),
        ("allow(EPERM: read)", "`allow` takes no value"),
        (
            "errno(read)",
            "`errno` needs a value: write `errno(EPERM: …)` for rules, `errno(EPERM)` as a setting",
        ),
        (
            "errno(70000: read)",
            "the value of `errno` must be between 1 and 4095",
        ),
        (
            "errno(0: read)",
            "the value of `errno` must be between 1 and 4095",
        ),
        (
            "trap(0x10000: read)",
            "the value of `trap` must be between 0 and 65535",
        ),
        ("errno(: read)", "the value of `errno` is missing"),
        ("default", "expected `=` after `default`"),
        ("default = ", "expected an action"),
        (
            "default = errno",
            "`errno` needs a value: write `errno(EPERM: …)` for rules, `errno(EPERM)` as a setting",
        ),
        (
            "default = log or log",
            "`log` stands before this `or` already",
        ),
        (
            "default = log kill_process",
            "expected `,`, found `kill_process`",
        ),
        (
            "baseline = 6.12",
            "expected a plain string: write `baseline = \"6.12\"`",
        ),
        (
            "baseline = \"6\"",
            "`6` is no kernel version: write two numbers, such as \"6.12\"",
        ),
        (
            "include = path",
            "expected a plain string: write `include = \"seccomp.policy\"`",
        ),
        ("flags()", "`flags` is empty"),
        ("flags(log, log)", "`log` is said twice"),
        ("report = yes", "expected `,`, found `= yes`"),
        ("crate =", "expected a path after `crate =`"),
        (
            "waive(stacks)",
            "a waiver needs a reason: write `waive(lint: \"reason\")` or `waive(lint in rule: \"reason\")`",
        ),
        (
            "waive(stacks: \"\")",
            "expected a reason as a plain string: write `waive(lint: \"reason\")` or `waive(lint in rule: \"reason\")`",
        ),
        (
            "arch(x86_64)",
            "`arch` needs names and actions: write `arch(x86_64, i686: allow(…))`",
        ),
        ("arch(arm, arm: allow(read))", "`arm` is named twice"),
        (
            "arch(arm: default = log)",
            "expected a verb, found `default`",
        ),
        ("allow(@)", "expected the name of a set after `@`"),
        (
            "allow(@mount - 3)",
            "expected a syscall or an `@set` to take away after `-`",
        ),
        (
            "allow(@mount(fd == 1))",
            "a set takes no conditions: write the calls they are for one by one",
        ),
        ("allow(read write)", "expected `,`, found `write`"),
    ] {
        assert_eq!(messages(text), [want], "{text}");
    }
}
