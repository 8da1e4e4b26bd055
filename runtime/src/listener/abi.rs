//! The kernel's structs, as `linux/seccomp.h` has them. Numbers alone: any bytes are a valid value.

/// `struct seccomp_notif`, and in it `struct seccomp_data`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Notif {
    pub(crate) id: u64,
    pub(crate) pid: u32,
    pub(crate) flags: u32,
    pub(crate) nr: i32,
    pub(crate) arch: u32,
    pub(crate) instruction_pointer: u64,
    pub(crate) args: [u64; 6],
}

/// `struct seccomp_notif_resp`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Response {
    pub(crate) id: u64,
    pub(crate) val: i64,
    pub(crate) error: i32,
    pub(crate) flags: u32,
}

/// `struct seccomp_notif_addfd`, whose size the kernel takes from the request.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AddFd {
    pub(crate) id: u64,
    pub(crate) flags: u32,
    pub(crate) srcfd: u32,
    pub(crate) newfd: u32,
    pub(crate) newfd_flags: u32,
}

/// `struct seccomp_notif_sizes`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sizes {
    pub(crate) notif: u16,
    pub(crate) response: u16,
    pub(crate) data: u16,
}

/// `SECCOMP_USER_NOTIF_FLAG_CONTINUE`, of a response.
pub(crate) const CONTINUE: u32 = 1 << 0;
/// `SECCOMP_ADDFD_FLAG_SETFD`: at the number that is said.
pub(crate) const SETFD: u32 = 1 << 0;
/// `SECCOMP_ADDFD_FLAG_SEND`: the descriptor is the answer, too.
pub(crate) const SEND: u32 = 1 << 1;
/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`, of the listener.
pub(crate) const SYNC_WAKE_UP: u64 = 1 << 0;

/// A struct with room behind it for what a later kernel adds: as much again as it has today, and more.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Roomy<T> {
    pub(crate) it: T,
    room: [u64; 32],
}

/// Knows that this kernel's structs fit into ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fits(());

impl Sizes {
    /// The proof, where they do.
    pub(crate) fn fit(&self) -> Option<Fits> {
        let notif = usize::from(self.notif) <= size_of::<Roomy<Notif>>();
        let response = usize::from(self.response) <= size_of::<Roomy<Response>>();
        (notif && response).then_some(Fits(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_large_as_the_kernel_s() {
        assert_eq!(size_of::<Notif>(), 80);
        assert_eq!(size_of::<Response>(), 24);
        assert_eq!(size_of::<AddFd>(), 24);
        assert_eq!(size_of::<Sizes>(), 6);
    }

    #[test]
    fn a_kernel_s_structs_fit_until_they_are_larger_than_the_room() {
        let sizes = |notif, response| Sizes {
            notif,
            response,
            data: 64,
        };
        assert!(sizes(80, 24).fit().is_some());
        assert!(sizes(336, 280).fit().is_some());
        assert!(sizes(337, 24).fit().is_none());
        assert!(sizes(80, 281).fit().is_none());
    }
}
