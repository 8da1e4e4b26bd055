//! Of repeated measurements: noise only adds, so the least says what it costs, the median what it costs usually.

/// What is told of a series.
#[derive(Clone, Copy)]
pub struct Series {
    pub median: f64,
    pub min: f64,
}

/// Of an odd number of values.
pub fn series(mut values: Vec<f64>) -> Series {
    values.sort_by(f64::total_cmp);
    Series {
        median: values[values.len() / 2],
        min: values[0],
    }
}
