use core::fmt;
use core::num::NonZero;

use crate::sys::errno as raw;
use crate::words::{Out, say_number, show, word};

/// An error number of the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(NonZero<i32>);

impl Errno {
    pub(crate) const ENOENT: Errno = Errno::named(raw::ENOENT);
    pub(crate) const ESRCH: Errno = Errno::named(raw::ESRCH);
    pub(crate) const EINTR: Errno = Errno::named(raw::EINTR);
    pub(crate) const ENOMEM: Errno = Errno::named(raw::ENOMEM);
    pub(crate) const EACCES: Errno = Errno::named(raw::EACCES);
    pub(crate) const EFAULT: Errno = Errno::named(raw::EFAULT);
    pub(crate) const EBUSY: Errno = Errno::named(raw::EBUSY);
    pub(crate) const EINVAL: Errno = Errno::named(raw::EINVAL);
    pub(crate) const ENOSYS: Errno = Errno::named(raw::ENOSYS);
    pub(crate) const EOPNOTSUPP: Errno = Errno::named(raw::EOPNOTSUPP);

    /// What the calls of this crate can answer, by themselves or made up by another sandbox. The rest shows as a number.
    const NAMED: [i32; 12] = [
        raw::EPERM,
        raw::ENOENT,
        raw::ESRCH,
        raw::EINTR,
        raw::ENOMEM,
        raw::EACCES,
        raw::EFAULT,
        raw::EBUSY,
        raw::EINVAL,
        raw::EMFILE,
        raw::ENOSYS,
        raw::EOPNOTSUPP,
    ];
    /// The names of those, in their order.
    const NAMES: &'static str =
        "EPERM ENOENT ESRCH EINTR ENOMEM EACCES EFAULT EBUSY EINVAL EMFILE ENOSYS EOPNOTSUPP";

    /// The errno of a number; none is 0.
    pub(crate) const fn new(raw: i32) -> Option<Errno> {
        match NonZero::new(raw) {
            Some(raw) => Some(Errno(raw)),
            None => None,
        }
    }

    /// For the constants above.
    const fn named(raw: i32) -> Errno {
        Errno::new(raw).expect("an errno that is 0")
    }

    /// The number.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0.get()
    }

    /// The name, such as `EINVAL`, of the numbers that this crate's calls can be expected to answer.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let index = Errno::NAMED.iter().position(|&raw| raw == self.raw())?;
        Some(word(Errno::NAMES, index))
    }

    /// What [`Display`](fmt::Display) shows.
    pub(crate) fn say(self, out: &mut impl Out) {
        // None is negative.
        let number = self.raw().unsigned_abs();
        match self.name() {
            Some(name) => {
                out.text(name);
                out.text(" (");
                say_number(number, out);
                out.text(")");
            }
            None => {
                out.text("errno ");
                say_number(number, out)
            }
        }
    }
}

/// `EINVAL (22)`, or `errno 524` where it has no name here.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, |out| self.say(out))
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Errno {}

/// What std calls it.
#[cfg(feature = "std")]
pub(crate) fn kind(errno: Option<Errno>) -> std::io::ErrorKind {
    errno.map_or(std::io::ErrorKind::Other, |errno| {
        std::io::Error::from_raw_os_error(errno.raw()).kind()
    })
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn by_name_where_it_has_one() {
        for raw in Errno::NAMED {
            // As std's text has it: no name is another's.
            let name = Errno::new(raw).unwrap().name().unwrap();
            assert_eq!(Errno::NAMES.split(' ').filter(|&it| it == name).count(), 1);
        }
        assert_eq!(Errno::NAMES.split(' ').count(), Errno::NAMED.len());
        assert_eq!(
            Errno::new(libc::EOPNOTSUPP).unwrap().name(),
            Some("EOPNOTSUPP")
        );
        assert_eq!(Errno::EINVAL.to_string(), "EINVAL (22)");
        assert_eq!(Errno::new(524).unwrap().to_string(), "errno 524");
        assert_eq!(Errno::new(0), None);
    }
}
