use core::ffi::c_int;
use core::fmt;
use core::num::NonZero;

use crate::sys::errno as raw;

/// An error number of the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(NonZero<i32>);

impl Errno {
    pub(crate) const ENOENT: Errno = Errno::named(raw::ENOENT);
    pub(crate) const EINTR: Errno = Errno::named(raw::EINTR);

    #[cfg(all(feature = "std", unix))]
    pub(crate) const ESRCH: Errno = Errno::named(raw::ESRCH);
    #[cfg(all(feature = "std", unix))]
    pub(crate) const EBUSY: Errno = Errno::named(raw::EBUSY);
    #[cfg(all(feature = "std", unix))]
    pub(crate) const EINVAL: Errno = Errno::named(raw::EINVAL);

    /// What an install may be answered, by the kernel or by another sandbox.
    pub(crate) const OF_INSTALLS: [(i32, &'static str); 7] = [
        (raw::EPERM, "EPERM"),
        (raw::ESRCH, "ESRCH"),
        (raw::ENOMEM, "ENOMEM"),
        (raw::EACCES, "EACCES"),
        (raw::EBUSY, "EBUSY"),
        (raw::EINVAL, "EINVAL"),
        (raw::ENOSYS, "ENOSYS"),
    ];

    /// What else the calls of this crate may be answered.
    const OTHERS: [(i32, &'static str); 6] = [
        (raw::ENOENT, "ENOENT"),
        (raw::EINTR, "EINTR"),
        (raw::EFAULT, "EFAULT"),
        (raw::EISDIR, "EISDIR"),
        (raw::EMFILE, "EMFILE"),
        (raw::EOPNOTSUPP, "EOPNOTSUPP"),
    ];

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
        let mut named = Errno::OF_INSTALLS.iter().chain(&Errno::OTHERS);
        let (_, name) = named.find(|(raw, _)| *raw == self.raw())?;
        Some(name)
    }
}

/// `EINVAL (22)`, or `errno (524)` where it has no name here.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name().unwrap_or("errno"), self.raw())
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Errno {}

/// What the kernel returned: a negative errno, or the answer to what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Returned(pub(crate) c_int);

impl Returned {
    pub(crate) const NOTHING: Returned = Returned(0);
    pub(crate) const EINTR: Returned = Returned(-raw::EINTR);
    pub(crate) const ENOMEM: Returned = Returned(-raw::ENOMEM);
    pub(crate) const EACCES: Returned = Returned(-raw::EACCES);
    pub(crate) const EFAULT: Returned = Returned(-raw::EFAULT);
    pub(crate) const EINVAL: Returned = Returned(-raw::EINVAL);
    pub(crate) const ENOSYS: Returned = Returned(-raw::ENOSYS);
    pub(crate) const EOPNOTSUPP: Returned = Returned(-raw::EOPNOTSUPP);
}

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
        for (raw, name) in Errno::OF_INSTALLS.into_iter().chain(Errno::OTHERS) {
            let errno = Errno::new(raw).unwrap();
            assert_eq!(errno.name(), Some(name));
            assert_eq!(errno.to_string(), std::format!("{name} ({raw})"));
        }
        assert_eq!(
            Errno::new(libc::EOPNOTSUPP).unwrap().name(),
            Some("EOPNOTSUPP")
        );
        assert_eq!(Errno::new(libc::EINVAL).unwrap().to_string(), "EINVAL (22)");
        assert_eq!(Errno::new(-1).unwrap().name(), None);
        assert_eq!(Errno::new(524).unwrap().to_string(), "errno (524)");
        assert_eq!(Errno::new(0), None);
    }
}
