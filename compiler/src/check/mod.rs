//! What is wrong with a policy whose names are all known.

mod around;
mod asked;
mod baseline;
mod condition;
mod equivalents;
mod fallback;
mod family;
mod flags;
mod forbid;
mod handler;
mod hot;
mod lints;
mod masks;
mod multiplexed;
mod numbered;
mod own;
mod places;
mod rings;
mod rules;
mod set_family;
mod single;
#[cfg(test)]
mod told;
mod verdict;

use crate::action::Verb;
use crate::data::Table;
use crate::diagnostic::Report;
use crate::lint::{Lint, Waivers};
use crate::policy::{Action, Choice, Flag, Pattern, Policy, Rule};
use crate::resolve::Names;
use crate::select::Defaults;
use crate::token::Span;

pub use forbid::Doubt;
pub use masks::{MaskTest, mask_tests};
pub use rules::apart;
use verdict::Verdicts;

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

/// Checks the policy for both kinds of build, as far as every arch has the same wrong with it. `whole` is where it stands.
pub fn check(policy: &Policy, names: &Names<'_>, place: Place, whole: Span, report: &mut Report) {
    let mut waivers = Waivers::new(&policy.settings.waivers);
    let mut defaults = vec![Defaults::of(policy, false)];
    if policy.settings.debug_default.is_some() {
        defaults.push(Defaults::of(policy, true));
    }
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
    checker.reporter();
    checker.listener();
    checker.settings();
    checker.conditions();
    checker.twice();
    checker.dead();
    checker.unstoppable();
    checker.unseen();
    checker.killed_threads();
    let verdicts = Verdicts::of(names);
    for defaults in &defaults {
        checker.fallbacks(defaults);
        checker.open_settings(defaults);
        checker.lost_to_the_baseline(defaults);
        checker.common(&|checker, table| checker.dangerous(defaults, &verdicts, table));
    }
    // What a debug build is freer in is for finding out what the program does, and isn't what is shipped.
    checker.common(&|checker, table| checker.forbids(&defaults[0], &verdicts, table));
    checker.hot(&defaults[0], &verdicts);
    // What is wrong on one arch alone is told when that is built; a waiver of it has an effect all the same.
    let mut elsewhere = Report::default();
    checker.report = &mut elsewhere;
    for table in Table::ALL {
        if checker.waivers.all_used() {
            break;
        }
        for defaults in &defaults {
            checker.families(defaults, &verdicts, table);
            checker.known_numbers(defaults, table);
            checker.denied_sets(defaults, &verdicts, table);
            checker.multiplexed(defaults, &verdicts, table);
        }
        checker.forbidden_families(&defaults[0], &verdicts, table);
        checker.masks(table);
        checker.places(table);
    }
    waivers.finish(report);
}

/// Checks what each condition asks, whatever else the policy holds: all that can be told of one of which something couldn't be read.
pub fn check_conditions(
    policy: &Policy,
    names: &Names<'_>,
    place: Place,
    whole: Span,
    report: &mut Report,
) {
    let mut checker = Checker {
        policy,
        names,
        place,
        whole,
        waivers: &mut Waivers::new(&policy.settings.waivers),
        report,
    };
    checker.conditions();
}

/// Checks what is different on each arch, for the one that is built: what [`check`] tells isn't told again.
pub fn check_arch(
    policy: &Policy,
    names: &Names<'_>,
    place: Place,
    whole: Span,
    (defaults, table): (&Defaults, Table),
    report: &mut Report,
) {
    let mut waivers = Waivers::new(&policy.settings.waivers);
    let mut checker = Checker {
        policy,
        names,
        place,
        whole,
        waivers: &mut waivers,
        report,
    };
    checker.numbers(table);
    checker.contested_numbers(table);
    checker.masks(table);
    checker.places(table);
    checker.known_numbers(defaults, table);
    checker.beside_names(table);
    checker.opened_here(table);
    let verdicts = Verdicts::of(names);
    checker.families(defaults, &verdicts, table);
    checker.denied_sets(defaults, &verdicts, table);
    checker.own(table, &|checker, table| {
        checker.dangerous(defaults, &verdicts, table);
    });
    let shipped = Defaults::of(policy, false);
    checker.forbidden_families(&shipped, &verdicts, table);
    checker.own(table, &|checker, table| {
        checker.forbids(&shipped, &verdicts, table);
    });
}

/// What rustc must be asked on a table, once it knows the values.
pub fn doubts(policy: &Policy, names: &Names<'_>, defaults: &Defaults, table: Table) -> Vec<Doubt> {
    let verdicts = Verdicts::of(names);
    // What a debug build lets in is for finding out what the program does.
    let shipped = Defaults::of(policy, false);
    let mut doubts = forbid::doubts(names, &verdicts, &shipped, table);
    doubts.extend(handler::doubts(policy, &verdicts, defaults, table));
    doubts.extend(multiplexed::doubts(
        policy, names, &verdicts, defaults, table,
    ));
    doubts
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
        self.lint_pattern(lint, pattern, span, message);
    }

    fn lint_pattern(&mut self, lint: Lint, of: Option<&'p Pattern>, span: Span, message: &str) {
        self.waivers.lint(lint, of, span, message, self.report);
    }

    /// What had better not be so on a table.
    fn dangerous(&mut self, defaults: &'p Defaults, verdicts: &Verdicts<'p>, table: Table) {
        self.plainly_named(defaults, table);
        self.ending(defaults, verdicts, table);
        self.traps(defaults, verdicts, table);
        self.dangers(defaults, verdicts, table);
        self.without_fallback(defaults, verdicts, table);
    }

    /// Something must be there to report.
    fn reporter(&mut self) {
        let settings = &self.policy.settings;
        let traps = self.actions().iter().any(|a| a.verb == Verb::Trap);
        if let Some(report) = settings.report.as_ref().filter(|_| !traps) {
            self.report.error(
                report.span,
                "`report` tells of the calls that `trap` denies, and nothing here is trapped: write `default = trap`, or `debug_default = trap`",
            );
        }
    }

    /// Somebody must answer for what `notify` stops.
    fn listener(&mut self) {
        let notifies = self.policy.notifies();
        if self.place != Place::Value {
            for action in self.actions() {
                if action.verb == Verb::Notify {
                    self.report.error(
                        action.span,
                        "`notify` needs a listener, and an attribute has nobody to give it to: write `static SUPERVISED: seccomptime::NotifyPolicy = policy!(…)`, and install that by hand, as `seccomptime::listener` shows",
                    );
                }
            }
        }
        for flag in &self.policy.settings.flags {
            if flag.value == Flag::WaitKillable && !notifies {
                self.report.error(
                    flag.span,
                    "`wait_killable` is about calls that wait for a listener, and no rule says `notify`",
                );
            }
        }
    }

    /// Every action written.
    fn actions(&self) -> Vec<&'p Action> {
        self.policy.actions().collect()
    }

    /// Whether there is nothing to check, which is reported.
    fn emptiness(&mut self) -> bool {
        let settings = &self.policy.settings;
        let empty = self.policy.rules.is_empty()
            && settings.default.is_none()
            && settings.debug_default.is_none();
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
