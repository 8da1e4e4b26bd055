//! What the fuzz targets check.

pub mod generator;
pub mod grammar;
mod kernel;
