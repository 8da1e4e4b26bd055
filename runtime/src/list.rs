use core::fmt;

use crate::{Action, ActionSet};

/// A list of actions by the kernel's names, in its order, with the names that this crate doesn't know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ActionList {
    text: [u8; ActionList::ROOM],
    length: usize,
}

impl ActionList {
    /// Three times what the kernel's list is long today.
    pub(crate) const ROOM: usize = 192;

    /// What there is to be logged as far as this crate knows, for kernels that don't say.
    pub(crate) const KNOWN: &'static str =
        "kill_process kill_thread trap errno user_notif trace log";

    /// The list of no action.
    pub const EMPTY: ActionList = ActionList {
        text: [0; ActionList::ROOM],
        length: 0,
    };

    /// The list that `text` is: names of lower-case letters, digits and `_`, each once, one space between two, perhaps a line's
    /// end after the last. Names that this crate doesn't know are kept.
    ///
    /// # Errors
    ///
    /// What the kernel would refuse, or store in part: see [`ListError`].
    pub fn parse(text: &str) -> Result<ActionList, ListError> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b' ' if at == 0 || text.as_bytes()[at - 1] == b' ' || at + 1 == text.len() => {
                    return Err(ListError::Space { at });
                }
                b' ' | b'a'..=b'z' | b'0'..=b'9' | b'_' => {}
                _ => return Err(ListError::Byte { byte, at }),
            }
        }
        let list = ActionList::from_text(text)?;
        for (i, name) in list.names().enumerate() {
            if list.names().take(i).any(|earlier| earlier == name) {
                return Err(ListError::Repeated {
                    at: list.offset_of(name),
                });
            }
        }
        Ok(list)
    }

    /// What a file of the kernel holds. Whatever is no text is not the kernel's.
    pub(crate) fn from_kernel(bytes: &[u8]) -> Result<ActionList, ListError> {
        match core::str::from_utf8(bytes) {
            Ok(text) => ActionList::from_text(text.trim_ascii()),
            Err(error) => {
                let at = error.valid_up_to();
                Err(ListError::Byte {
                    byte: bytes[at],
                    at,
                })
            }
        }
    }

    fn from_text(text: &str) -> Result<ActionList, ListError> {
        let mut list = ActionList::EMPTY;
        list.length = text.len();
        let room = list.text.get_mut(..text.len()).ok_or(ListError::TooLong)?;
        room.copy_from_slice(text.as_bytes());
        Ok(list)
    }

    /// The names, separated by spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It was copied from a `str`.
        core::str::from_utf8(&self.text[..self.length]).unwrap_or_default()
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.as_str().split_ascii_whitespace()
    }

    /// The names that stand for no [`Action`]: those of a newer kernel.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.names()
            .filter(|name| Action::from_name(name).is_none())
    }

    /// Whether `action` is listed.
    #[must_use]
    pub fn contains(&self, action: Action) -> bool {
        self.names().any(|name| name == action.name())
    }

    /// The actions listed, without the names unknown to this crate.
    #[must_use]
    pub fn actions(&self) -> ActionSet {
        self.names().filter_map(Action::from_name).collect()
    }

    /// Whether all names can be logged by a kernel that knows the names of `known`.
    pub(crate) fn check_loggable(&self, known: &str) -> Result<(), ListError> {
        for name in self.names() {
            if name == Action::Allow.name() {
                return Err(ListError::Allow);
            }
            if !known.split_ascii_whitespace().any(|other| other == name) {
                return Err(ListError::Unknown {
                    at: self.offset_of(name),
                });
            }
        }
        Ok(())
    }

    /// Whether both hold the same names, in whatever order.
    pub(crate) fn same_names(&self, other: &ActionList) -> bool {
        let within =
            |a: &ActionList, b: &ActionList| a.names().all(|name| b.names().any(|n| n == name));
        within(self, other) && within(other, self)
    }

    /// Where `name`, one of [`names`](Self::names), begins.
    fn offset_of(&self, name: &str) -> usize {
        name.as_ptr().addr() - self.text.as_ptr().addr()
    }
}

/// In the kernel's order.
impl From<ActionSet> for ActionList {
    fn from(actions: ActionSet) -> Self {
        let mut list = ActionList::EMPTY;
        for action in actions.iter() {
            let start = if list.length == 0 { 0 } else { list.length + 1 };
            if start > 0 {
                list.text[list.length] = b' ';
            }
            list.length = start + action.name().len();
            list.text[start..list.length].copy_from_slice(action.name().as_bytes());
        }
        list
    }
}

impl FromIterator<Action> for ActionList {
    fn from_iter<I: IntoIterator<Item = Action>>(actions: I) -> Self {
        ActionList::from(actions.into_iter().collect::<ActionSet>())
    }
}

impl core::str::FromStr for ActionList {
    type Err = ListError;

    fn from_str(text: &str) -> Result<Self, ListError> {
        ActionList::parse(text)
    }
}

impl fmt::Display for ActionList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ActionList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// What is wrong with a list of actions; `at` is the byte, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListError {
    /// A space at the start, at the end, or after another: the kernel would forget what follows.
    #[non_exhaustive]
    Space {
        /// Where.
        at: usize,
    },
    /// A byte that no name has, such as a tab or a comma.
    #[non_exhaustive]
    Byte {
        /// The byte.
        byte: u8,
        /// Where.
        at: usize,
    },
    /// A name is there twice.
    #[non_exhaustive]
    Repeated {
        /// Where it is repeated.
        at: usize,
    },
    /// `allow` is never logged.
    Allow,
    /// A name that the kernel doesn't know.
    #[non_exhaustive]
    Unknown {
        /// Where.
        at: usize,
    },
    /// Longer than any list of the kernel's.
    TooLong,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ListError::Space { at } => {
                write!(
                    f,
                    "a space at byte {at}, where the kernel would stop reading"
                )
            }
            ListError::Byte { byte, at } => {
                write!(
                    f,
                    "`{}` at byte {at} is in no action's name",
                    byte.escape_ascii()
                )
            }
            ListError::Repeated { at } => write!(f, "the name at byte {at} was there already"),
            ListError::Allow => f.write_str("`allow` is never logged"),
            ListError::Unknown { at } => {
                write!(f, "the kernel knows no action of the name at byte {at}")
            }
            ListError::TooLong => f.write_str("a list longer than any of the kernel's"),
        }
    }
}

impl core::error::Error for ListError {}

#[cfg(test)]
mod tests {
    use std::string::ToString;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn parses_what_the_kernel_writes() {
        let kernel = "kill_process kill_thread trap errno user_notif trace log\n";
        let list = ActionList::parse(kernel).unwrap();
        assert_eq!(list.to_string(), kernel.trim_end());
        assert!(list.contains(Action::Log) && !list.contains(Action::Allow));
        assert_eq!(ActionList::from(list.actions()), list);
        assert_eq!(ActionList::from_kernel(kernel.as_bytes()), Ok(list));
    }

    #[test]
    fn keeps_names_of_newer_kernels_in_place() {
        let list = ActionList::parse("kill_process reboot_planet log").unwrap();
        assert_eq!(list.unknown().collect::<Vec<_>>(), ["reboot_planet"]);
        assert_eq!(list.names().nth(1), Some("reboot_planet"));
        assert_eq!(list.actions().to_string(), "kill_process log");
    }

    #[test]
    fn refuses_what_the_kernel_truncates_or_refuses() {
        let cases = [
            (" log", ListError::Space { at: 0 }),
            ("kill_process  log", ListError::Space { at: 13 }),
            ("log ", ListError::Space { at: 3 }),
            ("log\ttrap", ListError::Byte { byte: b'\t', at: 3 }),
            ("log,trap", ListError::Byte { byte: b',', at: 3 }),
            ("log\ntrap", ListError::Byte { byte: b'\n', at: 3 }),
            ("LOG", ListError::Byte { byte: b'L', at: 0 }),
            ("log trap log", ListError::Repeated { at: 9 }),
        ];
        for (text, error) in cases {
            assert_eq!(ActionList::parse(text), Err(error), "{text:?}");
        }
        let long = "a".repeat(ActionList::ROOM + 1);
        assert_eq!(ActionList::parse(&long), Err(ListError::TooLong));
        assert_eq!(ActionList::parse(&long[1..]).unwrap().as_str(), &long[1..]);
    }

    #[test]
    fn only_names_that_can_be_logged_are_written() {
        let check = |text| {
            ActionList::parse(text)
                .unwrap()
                .check_loggable(ActionList::KNOWN)
        };
        assert_eq!(check("log trap"), Ok(()));
        assert_eq!(check(""), Ok(()));
        assert_eq!(check("log allow"), Err(ListError::Allow));
        assert_eq!(
            check("log reboot_planet"),
            Err(ListError::Unknown { at: 4 })
        );
    }

    #[test]
    fn compares_as_sets() {
        let list = |text| ActionList::parse(text).unwrap();
        assert!(list("log trap").same_names(&list("trap log")));
        assert!(!list("log trap").same_names(&list("log")));
        assert!(!list("log").same_names(&list("log trap")));
        assert!(ActionList::EMPTY.same_names(&list("\n")));
    }

    #[test]
    fn made_of_actions_in_the_kernel_s_order() {
        let list: ActionList = [Action::Log, Action::KillProcess, Action::Trap]
            .into_iter()
            .collect();
        assert_eq!(list.as_str(), "kill_process trap log");
        let all: ActionList = Action::ALL.into_iter().collect();
        assert_eq!(all.names().count(), Action::ALL.len());
    }

    #[test]
    fn what_is_no_text_is_not_the_kernel_s() {
        let error = ActionList::from_kernel(b"log \xff").unwrap_err();
        assert_eq!(error, ListError::Byte { byte: 0xff, at: 4 });
        assert_eq!(
            error.to_string(),
            "`\\xff` at byte 4 is in no action's name"
        );
    }
}
