//! The libraries that are measured beside ours, each told the same rules. Which call has which number they are told, too: looking
//! names up would be their users' choice.

mod extrasafe;
#[cfg(feature = "libseccomp")]
mod libseccomp;
mod seccompiler;
#[cfg(feature = "libseccomp")]
mod syscallz;

use crate::policies::Rules;

/// A library.
pub trait Peer {
    fn name(&self) -> &'static str;

    /// Builds and installs a filter for the calling thread.
    fn install(&self, rules: &Rules) -> Result<(), String>;
}

/// All peers.
pub fn all() -> Vec<Box<dyn Peer>> {
    let mut peers: Vec<Box<dyn Peer>> = vec![Box::new(seccompiler::Seccompiler)];
    #[cfg(feature = "libseccomp")]
    {
        use libseccomp::{Level, Libseccomp};
        for level in [Level::Chain, Level::BinaryTree] {
            peers.push(Box::new(Libseccomp { level }));
        }
        peers.push(Box::new(syscallz::Syscallz::new()));
    }
    peers.push(Box::new(extrasafe::Extrasafe));
    peers
}

/// The C library's version, and how long its file is; `None` where the bench was built without it.
pub fn libseccomp() -> Option<(String, u64)> {
    #[cfg(feature = "libseccomp")]
    {
        libseccomp::version()
    }
    #[cfg(not(feature = "libseccomp"))]
    None
}
