//! The libraries that are measured beside ours, each told the same rules. Which call has which number they are told, too: looking
//! names up would be their users' choice.

mod extrasafe;
mod libseccomp;
mod seccompiler;

use crate::policies::Rules;

/// A library.
pub trait Peer {
    fn name(&self) -> &'static str;

    /// Builds and installs a filter for the calling thread.
    fn install(&self, rules: &Rules) -> Result<(), String>;
}

/// All peers that are here, and which are not.
pub fn all() -> (Vec<Box<dyn Peer>>, Option<String>) {
    let mut peers: Vec<Box<dyn Peer>> = vec![Box::new(seccompiler::Seccompiler)];
    let missing = match libseccomp::load() {
        Ok(library) => {
            peers.push(Box::new(library));
            peers.push(Box::new(library.with_tree()));
            None
        }
        Err(why) => Some(format!("libseccomp: skipped ({why}).")),
    };
    peers.push(Box::new(extrasafe::Extrasafe));
    (peers, missing)
}
