//! What the tests of seccomptime stand on.

pub mod cells;
pub mod corpus;
pub mod corrupt;
pub mod differ;
pub mod features;
pub mod generate;
pub mod guest;
pub mod random;
pub mod reference;
pub mod simulators;
pub mod stages;
pub mod support;
pub mod values;
