//! What is wrong with `hot(…)`.

use crate::data::Table;
use crate::policy::Target;
use crate::resolve::name_span;
use crate::select::Defaults;

use super::Checker;
use super::verdict::Verdicts;

impl<'p> Checker<'_, 'p> {
    /// Calls that are named as hot twice, or that nobody makes twice.
    pub(super) fn hot(&mut self, defaults: &'p Defaults, verdicts: &Verdicts<'p>) {
        for (i, hot) in self.names.hot.iter().enumerate() {
            let span = name_span(hot.written);
            let text = &hot.written.text;
            let others = self.names.hot.iter().enumerate();
            let others = || {
                others
                    .clone()
                    .filter(|(j, _)| *j != i)
                    .map(|(_, other)| other)
            };
            if self.names.hot[..i]
                .iter()
                .any(|other| other.written.text == *text)
            {
                let message = format!("`{text}` is said to be hot twice");
                self.report.error(span, message);
                continue;
            }
            let holds = others().find(|other| {
                let is_set = matches!(other.written.target, Target::Set { .. });
                let is_name = matches!(hot.written.target, Target::Name(_));
                is_set && is_name && hot.calls.iter().all(|call| other.calls.contains(call))
            });
            if let Some(set) = holds {
                let message = format!("`{}` holds `{text}` already", set.written.text);
                self.report.warning(span, message);
            }
            let met = Table::ALL.into_iter().flat_map(|table| {
                let calls = hot.calls.iter();
                calls.filter_map(move |call| verdicts.call(*call, table, defaults))
            });
            let mut met = met.peekable();
            if met.peek().is_some() && met.all(|verdict| verdict.is_fatal()) {
                let message = format!(
                    "`{text}` is the end of whoever calls it, so no program does it often: allow it, or take it out of `hot`"
                );
                self.report.error(span, message);
            }
        }
    }
}
