//! What the tests of seccomptime stand on.

pub mod features;
pub mod generate;
pub mod reference;
pub mod stages;
pub mod support;
