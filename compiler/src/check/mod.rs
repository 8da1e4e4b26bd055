//! What is wrong with a policy whose names are all known.

use crate::action::Verb;
use crate::arch::ARCHES;
use crate::data::Table;
use crate::diagnostic::Report;
use crate::lint::{Lint, Waivers};
use crate::policy::{Action, Choice, Flag, Policy, Rule};
use crate::resolve::{Call, Names, Resolved, name_span};
use crate::select::{Defaults, Selection, rules_on};
use crate::token::Span;

/// Where the policy stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// On `fn main`.
    Main,
    /// On another function.
    Function,
    /// In `policy!`.
    Value,
}

/// Checks the policy for every arch and both kinds of build. `whole` is where it stands.
pub fn check(policy: &Policy, names: &Names<'_>, place: Place, whole: Span, report: &mut Report) {
    let mut waivers = Waivers::new(&policy.settings.waivers);
    let mut checker = Checker {
        policy,
        names,
        place,
        whole,
        waivers: &mut waivers,
        report,
    };
    if checker.emptiness() {
        return;
    }
    checker.not_yet();
    checker.settings();
    checker.twice();
    checker.dead();
    checker.unstoppable();
    let debugs: &[bool] = match policy.settings.debug_default {
        Some(_) => &[false, true],
        None => &[false],
    };
    for &debug in debugs {
        let defaults = Defaults::of(policy, debug);
        checker.fallbacks(&defaults);
        checker.open_foreign(&defaults);
        for table in Table::ALL {
            // Endianness changes no decision.
            let Some(arch) = ARCHES.iter().find(|arch| arch.table == table) else {
                continue;
            };
            let selection = Selection::of(names, &defaults, arch);
            checker.ending(&defaults, &selection);
            checker.traps(&selection);
            checker.forbids(&selection);
        }
    }
    waivers.finish(report);
}

struct Checker<'c, 'p> {
    policy: &'p Policy,
    names: &'c Names<'p>,
    place: Place,
    whole: Span,
    waivers: &'c mut Waivers<'p>,
    report: &'c mut Report,
}

impl<'p> Checker<'_, 'p> {
    fn lint(&mut self, lint: Lint, rule: Option<&'p Rule>, span: Span, message: &str) {
        let pattern = rule.map(|rule| &rule.pattern);
        self.waivers.lint(lint, pattern, span, message, self.report);
    }

    /// What the language has and this version can't do: refused, never ignored.
    fn not_yet(&mut self) {
        let settings = &self.policy.settings;
        for include in &settings.includes {
            self.report
                .error(include.span, "`include` can't be compiled yet");
        }
        if let Some(report) = &settings.report {
            self.report.error(
                report.span,
                "`report` can't be compiled yet: there is no SIGSYS reporter",
            );
        }
        for flag in &settings.flags {
            if flag.value == Flag::WaitKillable {
                self.report.error(
                    flag.span,
                    "`wait_killable` is for a policy with a listener, which can't be taken yet",
                );
            }
        }
        for action in self.actions() {
            if action.verb == Verb::Notify {
                self.report.error(
                    action.span,
                    "`notify` needs a listener, which can't be taken yet: the call would fail with ENOSYS",
                );
            }
        }
    }

    /// Every action written.
    fn actions(&self) -> Vec<&'p Action> {
        let settings = &self.policy.settings;
        let choices = [
            &settings.default,
            &settings.debug_default,
            &settings.foreign,
            &settings.unknown,
        ];
        let written = choices.into_iter().flatten().flat_map(|setting| {
            let choice = &setting.value;
            [&choice.action].into_iter().chain(&choice.or)
        });
        let rules = self.policy.rules.iter().map(|rule| &rule.action);
        rules.chain(written).collect()
    }

    /// Whether there is nothing to check, which is reported.
    fn emptiness(&mut self) -> bool {
        let settings = &self.policy.settings;
        let empty = self.policy.rules.is_empty()
            && settings.default.is_none()
            && settings.debug_default.is_none()
            && settings.includes.is_empty();
        if empty {
            self.report.error(
                self.whole,
                "the policy is empty: write the calls the program may make, such as `allow(@rust-main, @stdio)`",
            );
        }
        empty
    }

    fn settings(&mut self) {
        let settings = &self.policy.settings;
        let debug = settings.debug_default.as_ref();
        if let Some(debug) = debug.filter(|debug| debug.value.action.verb < Verb::Log) {
            self.lint(
                Lint::LooserDebug,
                None,
                debug.span,
                "a debug build that allows by default shows nothing of what the policy denies: write `debug_default = log`",
            );
        }
        for flag in &settings.flags {
            match (flag.value, self.place) {
                (Flag::KeepPrivs, _) => self.lint(
                    Lint::KeepPrivs,
                    None,
                    flag.span,
                    "without no_new_privs a set-id program that is executed runs with its privileges under this filter",
                ),
                (Flag::Tsync, Place::Main) => self.report.warning(
                    flag.span,
                    "on `main` the filter covers all threads anyway",
                ),
                _ => {}
            }
        }
        if self.place == Place::Function {
            self.lint(
                Lint::Stacks,
                None,
                self.whole,
                "the filter outlives this function and another one is added at each call, until the kernel takes no more; say how often it is called",
            );
        }
    }

    /// The same thing written twice, and two values of one verb for one call.
    fn twice(&mut self) {
        let rules = &self.names.rules;
        for (i, later) in rules.iter().enumerate() {
            for earlier in &rules[..i] {
                if later.written.action.verb != earlier.written.action.verb
                    || !overlap(later.written, earlier.written)
                {
                    continue;
                }
                let same_text = later.written.pattern.text == earlier.written.pattern.text;
                let same_value = later.written.action == earlier.written.action;
                let verb = &later.written.action.verb.name();
                if same_value {
                    if same_text && later.written.tables == earlier.written.tables {
                        let text = &later.written.pattern.text;
                        self.report.error(
                            later.written.pattern.span,
                            format!("`{text}` is said twice under `{verb}`"),
                        );
                    } else if let Some(set) = held_by(later, earlier) {
                        let text = &later.written.pattern.text;
                        self.report.warning(
                            name_span(&later.written.pattern),
                            format!("`{set}` holds `{text}` already"),
                        );
                    } else if let Some(set) = held_by(earlier, later) {
                        let text = &earlier.written.pattern.text;
                        self.report.warning(
                            name_span(&earlier.written.pattern),
                            format!("`{set}` holds `{text}` already"),
                        );
                    }
                } else if let Some(call) = common(later, earlier) {
                    let (one, other) = (&earlier.written.action, &later.written.action);
                    self.report.error(
                        name_span(&later.written.pattern),
                        format!("`{call}` is answered with `{one}` and with `{other}`: one call has one value"),
                    );
                }
            }
        }
    }

    /// Rules that never decide anything.
    fn dead(&mut self) {
        let debug = self.policy.settings.debug_default.is_some();
        let mut defaults = vec![Defaults::of(self.policy, false).default];
        if debug {
            defaults.push(Defaults::of(self.policy, true).default);
        }
        for (i, rule) in self.names.rules.iter().enumerate() {
            let others = self.names.rules.iter().enumerate();
            let others: Vec<&Resolved<'_, Rule>> =
                others.filter(|(j, _)| *j != i).map(|(_, r)| r).collect();
            let covers = |other: &Resolved<'_, Rule>, call: &Call| {
                other.written.pattern.condition.is_none()
                    && wider(other.written, rule.written)
                    && other.calls.contains(call)
            };
            let verb = rule.written.action.verb;
            let text = &rule.written.pattern.text;
            let span = name_span(&rule.written.pattern);
            let stricter = |call: &Call| {
                others
                    .iter()
                    .copied()
                    .find(|o| o.written.action.verb > verb && covers(o, call))
            };
            let first = rule.calls.first().and_then(stricter);
            if let Some(over) = first.filter(|_| rule.calls.iter().all(|c| stricter(c).is_some())) {
                let (a, b) = (&rule.written.action, &over.written.action);
                let by = &over.written.pattern.text;
                self.report.error(
                    span,
                    format!("this never decides: `{b}` of `{by}` is stricter than `{a}` of `{text}`, and the strictest rule wins"),
                );
                continue;
            }
            let looser = |call: &Call| {
                others.iter().any(|o| {
                    o.written.action.verb < verb
                        && overlap(o.written, rule.written)
                        && o.calls.contains(call)
                })
            };
            if defaults.iter().all(|d| d.action == rule.written.action)
                && !rule.calls.iter().any(looser)
            {
                let action = &rule.written.action;
                self.report.error(
                    span,
                    format!(
                        "this never decides: `{action}` is what happens to `{text}` by default"
                    ),
                );
            }
        }
    }

    /// Denying rules for what no filter sees.
    fn unstoppable(&mut self) {
        for rule in &self.names.rules {
            let crate::policy::Target::Name(name) = &rule.written.pattern.target else {
                continue;
            };
            if !rule.written.action.verb.permits()
                && matches!(name.text.as_str(), "uprobe" | "uretprobe")
            {
                self.report.error(
                    name.span,
                    format!(
                        "the kernel lets `{}` through whatever a filter says: no rule can deny it",
                        name.text
                    ),
                );
            }
        }
    }

    fn fallbacks(&mut self, defaults: &Defaults) {
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

    fn open_foreign(&mut self, defaults: &Defaults) {
        let foreign = &defaults.foreign;
        if defaults.default.action.verb == Verb::Allow && foreign.action.verb.permits() {
            let message = "a policy that allows by default is walked around through a foreign ABI that is open: leave `foreign` out, and it is killed";
            self.lint(Lint::OpenForeign, None, foreign.action.span, message);
        }
    }

    /// A process must be able to end, on a kernel that lacks an action as well.
    fn ending(&mut self, defaults: &Defaults, selection: &Selection) {
        let replacements = replacements(defaults);
        let verb = |name: &str| {
            let call = crate::data::syscall(name).map(Call::Named)?;
            let number = call.number_on(selection.arch.table)?;
            let verb = selection.decide(number).otherwise.verb;
            let replaced = replacements
                .iter()
                .filter(|(action, _)| action.verb == verb);
            replaced.map(|(_, or)| or.verb).chain([verb]).max()
        };
        let denied = |name: &&str| verb(name).is_some_and(|verb| verb >= Verb::Errno);
        let kills = |name: &&str| verb(name).is_some_and(|verb| verb >= Verb::Trap);
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
            let message = format!(
                "under this policy the program can't end: `{names}` is denied; add `@rust-main`, or `allow({})`",
                missing.join(", ")
            );
            self.lint(Lint::NoExit, None, self.whole, &message);
        }
    }

    fn traps(&mut self, selection: &Selection) {
        let trap = self.actions().into_iter().find(|a| a.verb == Verb::Trap);
        let Some(trap) = trap else {
            return;
        };
        let Some(sigreturn) = crate::data::syscall("rt_sigreturn").map(Call::Named) else {
            return;
        };
        let number = sigreturn.number_on(selection.arch.table);
        if number.is_some_and(|n| selection.decide(n).otherwise.verb >= Verb::Errno) {
            let message =
                "the handler of a `trap` can't return: add `allow(rt_sigreturn)`, or `@rust-main`";
            self.lint(Lint::TrapWithoutSigreturn, None, trap.span, message);
        }
    }

    fn forbids(&mut self, selection: &Selection) {
        for forbid in &self.names.forbids {
            for call in &forbid.calls {
                let Some(number) = call.number_on(selection.arch.table) else {
                    continue;
                };
                let verb = selection.decide(number).otherwise.verb;
                if verb >= Verb::Errno {
                    continue;
                }
                let by = rules_on(self.names, selection.arch.table)
                    .find(|rule| rule.written.action.verb == verb && rule.calls.contains(call));
                let by = match by {
                    Some(rule) => format!("`{}` of `{}`", verb.name(), rule.written.pattern.text),
                    None => format!("the default `{}`", verb.name()),
                };
                self.report.error(
                    forbid.written.span,
                    format!("`{call}` is forbidden, and {by} lets it in"),
                );
            }
        }
    }
}

/// Whether the two rules apply on a common arch.
fn overlap(a: &Rule, b: &Rule) -> bool {
    match (&a.tables, &b.tables) {
        (Some(a), Some(b)) => a.iter().any(|table| b.contains(table)),
        _ => true,
    }
}

/// Whether `a` applies wherever `b` does.
fn wider(a: &Rule, b: &Rule) -> bool {
    match (&a.tables, &b.tables) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(a), Some(b)) => b.iter().all(|table| a.contains(table)),
    }
}

/// A call that both are about, without a condition.
fn common(a: &Resolved<'_, Rule>, b: &Resolved<'_, Rule>) -> Option<Call> {
    let conditioned = |rule: &Resolved<'_, Rule>| rule.written.pattern.condition.is_some();
    if conditioned(a) || conditioned(b) {
        return None;
    }
    a.calls.iter().copied().find(|call| b.calls.contains(call))
}

/// The set of `set` where it holds the plain name of `name`.
fn held_by<'p>(name: &Resolved<'p, Rule>, set: &Resolved<'p, Rule>) -> Option<&'p str> {
    use crate::policy::Target;
    let plain = matches!(
        name.written.pattern.target,
        Target::Name(_) | Target::Number(_)
    );
    let held = plain
        && matches!(set.written.pattern.target, Target::Set { .. })
        && wider(set.written, name.written)
        && common(name, set).is_some();
    held.then_some(set.written.pattern.text.as_str())
}

/// What replaces an action that the kernel lacks, for all of the policy, in the order written.
pub fn replacements(defaults: &Defaults) -> Vec<(Action, Action)> {
    let mut pairs: Vec<(Action, Action)> = Vec::new();
    for choice in defaults.choices() {
        let Choice { action, or } = choice;
        for or in or {
            let pair = (action.clone(), or.clone());
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests;
