use core::fmt;

use crate::sys::errno as raw;

/// An error number of the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(i32);

impl Errno {
    pub(crate) const ENOENT: Errno = Errno(raw::ENOENT);
    pub(crate) const ESRCH: Errno = Errno(raw::ESRCH);
    pub(crate) const EINTR: Errno = Errno(raw::EINTR);
    pub(crate) const ENOMEM: Errno = Errno(raw::ENOMEM);
    pub(crate) const EACCES: Errno = Errno(raw::EACCES);
    pub(crate) const EFAULT: Errno = Errno(raw::EFAULT);
    pub(crate) const EBUSY: Errno = Errno(raw::EBUSY);
    pub(crate) const EINVAL: Errno = Errno(raw::EINVAL);
    pub(crate) const ENOSYS: Errno = Errno(raw::ENOSYS);
    pub(crate) const EOPNOTSUPP: Errno = Errno(raw::EOPNOTSUPP);

    /// What the calls of this crate can answer, by themselves or made up by another sandbox. The rest shows as a number.
    const NAMES: [(i32, &'static str); 12] = [
        (raw::EPERM, "EPERM"),
        (raw::ENOENT, "ENOENT"),
        (raw::ESRCH, "ESRCH"),
        (raw::EINTR, "EINTR"),
        (raw::ENOMEM, "ENOMEM"),
        (raw::EACCES, "EACCES"),
        (raw::EFAULT, "EFAULT"),
        (raw::EBUSY, "EBUSY"),
        (raw::EINVAL, "EINVAL"),
        (raw::EMFILE, "EMFILE"),
        (raw::ENOSYS, "ENOSYS"),
        (raw::EOPNOTSUPP, "EOPNOTSUPP"),
    ];

    pub(crate) const fn new(raw: i32) -> Errno {
        Errno(raw)
    }

    /// The number.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// The name, such as `EINVAL`, of the numbers that this crate's calls can be expected to answer.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Errno::NAMES
            .into_iter()
            .find(|&(number, _)| number == self.0)
            .map(|(_, name)| name)
    }
}

/// `EINVAL (22)`, or `errno 524` where it has no name here.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "errno {}", self.0),
        }
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
        assert_eq!(Errno::EINVAL.to_string(), "EINVAL (22)");
        assert_eq!(Errno::new(524).to_string(), "errno 524");
        assert_eq!(Errno::new(0).to_string(), "errno 0");
    }
}
