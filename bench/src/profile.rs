//! What rustc says of its own work.

use std::path::Path;
use std::time::Duration;

use analyzeme::ProfilingData;

/// Milliseconds of one run of rustc.
#[derive(Clone, Copy)]
pub struct Profile {
    /// In procedural macros.
    pub macros: f64,
    /// In the evaluation of constants.
    pub constants: f64,
    /// All else.
    pub rest: f64,
}

/// What rustc calls the expansion of a procedural macro, and what the names of its queries that evaluate constants begin with.
const MACROS: &str = "expand_proc_macro";
const CONSTANTS: &str = "eval_";

impl Profile {
    /// Reads a file that `-Z self-profile` made.
    pub fn read(file: &Path) -> Profile {
        let data = ProfilingData::new(file).expect("a profile of a version that is known");
        let analysis = data.perform_analysis();
        let sum = |is_meant: fn(&str) -> bool| {
            let queries = analysis.query_data.iter();
            let meant = queries.filter(|query| is_meant(&query.label));
            millis(meant.map(|query| query.self_time).sum())
        };
        let macros = sum(|label| label == MACROS);
        let constants = sum(|label| label.starts_with(CONSTANTS));
        Profile {
            macros,
            constants,
            rest: sum(|_| true) - macros - constants,
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
