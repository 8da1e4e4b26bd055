//! Policies that do what they say, and not what was meant.

use crate::action::Verb;
use crate::data::Table;
use crate::lint::Lint;
use crate::policy::{Pattern, Rule, Target};
use crate::select::Defaults;
use crate::token::Span;

use super::asked::Asked;
use super::verdict::{Verdict, Verdicts};
use super::{Checker, Place, replacements};

/// What the vDSO answers where it can, vdso(7).
const VDSO: [&str; 8] = [
    "clock_gettime",
    "clock_gettime64",
    "clock_getres",
    "clock_getres_time64",
    "gettimeofday",
    "time",
    "getcpu",
    "getrandom",
];

/// What the kernel lets through before it runs any filter.
const UNSTOPPABLE: [&str; 2] = ["uprobe", "uretprobe"];

/// What the kernel makes a program call: the return from a handler, and going on with a sleep or a poll after a stop.
const RESUME: [&str; 2] = ["rt_sigreturn", "restart_syscall"];

/// What a panic calls before the process ends: `@rust-panic`, as far as one libc can't do without it.
const PANIC: [&str; 3] = ["write", "gettid", "futex"];

impl<'p> Checker<'_, 'p> {
    /// Denying rules for what no filter sees, and what is forbidden of it.
    pub(super) fn unstoppable(&mut self) {
        for (rule, pattern) in self.policy.patterns() {
            if let Target::Name(name) = &pattern.target {
                self.unstoppable_call(rule, &name.text, name.span);
            }
        }
    }

    /// The same for one call; without a rule it is forbidden.
    pub(super) fn unstoppable_call(&mut self, rule: Option<&Rule>, name: &str, span: Span) {
        let permits = rule.is_some_and(|rule| rule.action.verb.permits());
        if permits || !UNSTOPPABLE.contains(&name) {
            return;
        }
        let so = match rule {
            Some(_) => "no rule can deny it",
            None => "no policy keeps it out",
        };
        self.report.error(
            span,
            format!("the kernel lets `{name}` through whatever a filter says: {so}"),
        );
    }

    /// Denying rules for what the vDSO answers, and what is forbidden of it.
    pub(super) fn unseen(&mut self) {
        for (rule, pattern) in self.policy.patterns() {
            if let Target::Name(name) = &pattern.target {
                self.unseen_call(rule, pattern, &name.text, name.span);
            }
        }
    }

    /// The same for one call; without a rule it is forbidden.
    pub(super) fn unseen_call(
        &mut self,
        rule: Option<&'p Rule>,
        pattern: &'p Pattern,
        name: &str,
        span: Span,
    ) {
        let is_free = rule.is_some_and(|rule| rule.action.verb < Verb::Errno);
        if is_free || !VDSO.contains(&name) {
            return;
        }
        let so = match rule {
            Some(_) => "denying it stops nothing",
            None => "forbidding it keeps nothing out",
        };
        let message = format!(
            "`{name}` is answered by the vDSO, without a call that a filter sees: {so} but the rare call that gets to the kernel"
        );
        self.lint_pattern(Lint::Vdso, Some(pattern), span, &message);
    }

    /// Calls that are named plainly under an allow list and have many meanings.
    pub(super) fn plainly_named(&mut self, defaults: &Defaults, table: Table) {
        let applies = |rule: &&'p Rule| rule.applies_on(table);
        for rule in self.policy.rules.iter().filter(applies) {
            if let Target::Name(name) = &rule.pattern.target {
                self.plain_call(rule, &name.text, name.span, (defaults, table));
            }
        }
    }

    pub(super) fn plain_call(
        &mut self,
        rule: &'p Rule,
        name: &str,
        span: Span,
        (defaults, table): (&Defaults, Table),
    ) {
        let (lint, argument) = match name {
            "prctl" => (Lint::Prctl, "option"),
            "seccomp" => (Lint::Seccomp, "op"),
            _ => return,
        };
        let asked = Asked::new(name, argument, table);
        if defaults.default.action.verb.permits() || !asked.is_some_and(|a| a.is_passed_by(rule)) {
            return;
        }
        let plain = match rule.pattern.condition {
            None => format!("a plain `{name}`"),
            Some(_) => format!("`{name}` with any `{argument}`"),
        };
        let message = match lint {
            Lint::Prctl => format!(
                "{plain} makes the process dumpable, traceable and more: write `prctl(option in [..])` with the options you use"
            ),
            _ => format!(
                "{plain} lets whoever takes the program over add filters of its own: write `@install` where another policy follows, or leave it out"
            ),
        };
        self.lint(lint, Some(rule), span, &message);
    }

    pub(super) fn fallbacks(&mut self, defaults: &Defaults) {
        let choices = defaults.choices();
        for (i, choice) in choices.iter().enumerate() {
            for or in &choice.or {
                // What old kernels do by themselves needs no saying so.
                let built_in =
                    (choice.action.verb, or.verb) == (Verb::KillProcess, Verb::KillThread);
                if or.verb < choice.action.verb && !built_in {
                    let message = format!(
                        "`{or}` is freer than the `{}` it replaces where the kernel lacks it",
                        choice.action
                    );
                    self.lint(Lint::LooserFallback, None, or.span, &message);
                }
            }
            for other in &choices[..i] {
                if other.action.verb == choice.action.verb
                    && !other.or.is_empty()
                    && !choice.or.is_empty()
                    && other.or != choice.or
                {
                    self.report.error(
                        choice.action.span,
                        format!(
                            "`or` says what replaces `{}` everywhere in the policy, and it says two things",
                            choice.action.verb.name()
                        ),
                    );
                }
            }
        }
    }

    /// Ways around the policy that the settings leave open.
    pub(super) fn open_settings(&mut self, defaults: &Defaults) {
        let foreign = &defaults.foreign.action;
        let restricts = self.restricts(defaults) || defaults.default.action.verb == Verb::Allow;
        if restricts && foreign.verb.permits() {
            let message = "every rule is walked around through a foreign ABI that is open: leave `foreign` out, and it is killed";
            self.lint(Lint::OpenForeign, None, foreign.span, message);
        }
        let unknown = &defaults.unknown.action;
        if defaults.default.action.verb >= Verb::Errno && unknown.verb.permits() {
            let message = "calls that a newer kernel has are open, whatever they do: leave `unknown` out, and they answer ENOSYS";
            self.lint(Lint::OpenUnknown, None, unknown.span, message);
        }
    }

    /// Whether the policy denies anything, or leaves it to a listener or a tracer to deny.
    pub(super) fn restricts(&self, defaults: &Defaults) -> bool {
        let mut rules = self.policy.rules.iter();
        !defaults.default.action.verb.permits() || rules.any(|rule| !rule.action.verb.permits())
    }

    /// A thread that is killed alone.
    pub(super) fn killed_threads(&mut self) {
        let settings = &self.policy.settings;
        let choices = [
            &settings.default,
            &settings.debug_default,
            &settings.foreign,
            &settings.unknown,
        ];
        let choices = choices.into_iter().flatten();
        let said = choices.map(|setting| (None, &setting.value.action));
        let rules = self
            .policy
            .rules
            .iter()
            .map(|rule| (Some(rule), &rule.action));
        for (rule, action) in rules.chain(said) {
            if action.verb == Verb::KillThread {
                let message = "a thread that is killed leaves its locks held and the process hanging: write `kill_process`";
                self.lint(Lint::KillThread, rule, action.span, message);
            }
        }
    }

    /// A process must be able to end, on a kernel that lacks an action as well.
    pub(super) fn ending(&mut self, defaults: &'p Defaults, verdicts: &Verdicts<'p>, table: Table) {
        let replacements = replacements(defaults);
        let verb = |name: &str| {
            let verb = verdicts.named(name, table, defaults)?.otherwise.verb;
            let replaced = replacements
                .iter()
                .filter(|(action, _)| action.verb == verb);
            replaced.map(|(_, or)| or.verb).chain([verb]).max()
        };
        let denied = |name: &&str| verb(name).is_some_and(|verb| verb >= Verb::Errno);
        let kills = |name: &&str| verb(name).is_some_and(|verb| verb >= Verb::Trap);
        let killed = |name: &&&str| {
            let verdict = verdicts.named(name, table, defaults);
            verdict.is_some_and(|verdict| verdict.otherwise.verb >= Verb::Trap)
        };
        let mut missing: Vec<&str> = Vec::new();
        match self.place {
            // After main std gives back its signal stack, which must not kill, and ends the process.
            Place::Main => {
                missing.extend(["sigaltstack", "munmap"].iter().filter(|name| kills(name)));
                missing.extend(["exit_group"].iter().filter(|name| denied(name)));
            }
            // What is installed on a thread may see that thread's end alone.
            Place::Function | Place::Value => {
                if denied(&"exit") && denied(&"exit_group") {
                    missing.push("exit_group");
                }
            }
        }
        if !missing.is_empty() {
            let names = missing.join("`, `");
            let instead = format!("add `@rust-main`, or `allow({})`", missing.join(", "));
            let replaced = missing.iter().map(|name| {
                let verdict = verdicts.named(name, table, defaults)?;
                let verb = verdict.otherwise.verb;
                let or = replacements
                    .iter()
                    .filter(|(action, _)| action.verb == verb);
                let (_, or) = or.max_by_key(|(_, or)| or.verb)?;
                (verb < Verb::Errno).then_some((verb.name(), or, verdict.by))
            });
            // One that is denied on every kernel is the first thing to know.
            let replaced: Option<Vec<_>> = replaced.collect();
            let message = match replaced.as_deref() {
                // The strictest rule wins, so that another one changes nothing.
                Some([(verb, or, Some(_)), ..]) => format!(
                    "on a kernel that lacks `{verb}` the program can't end: `{or}` replaces it there, for `{names}` too; allow it in place of `{verb}`"
                ),
                Some([(verb, or, None), ..]) => format!(
                    "on a kernel that lacks `{verb}` the program can't end: `{or}` replaces it there, for `{names}` too; {instead}"
                ),
                _ => format!(
                    "under this policy the program can't end: `{names}` is denied; {instead}"
                ),
            };
            self.lint(Lint::NoExit, None, self.whole, &message);
            return;
        }
        // An errno is no way back from a handler: whatever stands after the call is run. Of a trap's handler that is told anyway.
        let traps = self.actions().iter().any(|a| a.verb == Verb::Trap);
        let stays = |name: &&&str| **name == "rt_sigreturn" && denied(name) && !traps;
        let stuck = RESUME.iter().find(|name| killed(name) || stays(name));
        if let Some(stuck) = stuck.filter(|_| self.place == Place::Main) {
            let message = format!(
                "under this policy a signal kills the program: `{stuck}`, which the kernel calls for it, is denied; add `@rust-main`, or `allow({})`",
                RESUME.join(", ")
            );
            self.lint(Lint::NoResume, None, self.whole, &message);
        }
        let silent = PANIC.iter().find(killed);
        if let Some(silent) = silent.filter(|_| self.place == Place::Main) {
            // Only redundant to say where panics abort at once, so a warning.
            if !self.waivers.lifts(Lint::SilentPanic, None) {
                self.report.warning(
                    self.whole,
                    format!(
                        "a panic is killed before it has said anything: `{silent}` is denied; add `@rust-panic`{}",
                        Lint::SilentPanic.hint()
                    ),
                );
            }
        }
    }

    /// Calls that do too much to be open under a policy that restricts.
    pub(super) fn dangers(
        &mut self,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        self.rings(defaults, verdicts, table);
        // A deny list leaves open what it doesn't name, and says so by being one.
        if defaults.default.action.verb.permits() {
            return;
        }
        let call = |name: &str| verdicts.named(name, table, defaults);
        let cmd = Asked::new("ioctl", "cmd", table);
        let is_any = |verdict: &Verdict<'_>| cmd.is_some_and(|cmd| cmd.is_passed(verdict));
        if let Some(verdict) = call("ioctl").filter(is_any) {
            let plain = match verdict.branches[..] {
                [] => "a plain `ioctl`",
                _ => "`ioctl` with any `cmd`",
            };
            let message = format!(
                "{plain} types into the terminal (TIOCSTI, TIOCLINUX) and reaches every driver: write `ioctl(cmd in [..])` with the requests you use"
            );
            self.danger(Lint::Ioctl, &verdict, &message);
        }
        if let Some(verdict) = call("ptrace").filter(Verdict::is_open) {
            let message = "`ptrace` is open: it makes other processes do what this one may not";
            self.danger(Lint::Ptrace, &verdict, message);
        }
    }

    /// Reports at the rule that opens the call, or at the whole policy where it is the default.
    pub(super) fn danger(&mut self, lint: Lint, verdict: &Verdict<'p>, message: &str) {
        let rule = verdict.lets_in();
        let span = rule.map_or(self.whole, |rule| rule.pattern.span);
        self.lint(lint, rule, span, message);
    }
}
