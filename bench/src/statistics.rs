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

/// The exponents of growth: what `p` is in y ∝ x^p, and what it would be were y ∝ x log x, by least squares of the logarithms of those of
/// the points (in order of x) that are in the larger half. `None` where a y is no more than noise around nothing.
pub fn growth(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let larger = &points[points.len() / 2..];
    if larger.iter().any(|&(_, y)| y <= 0.0) {
        return None;
    }
    let slope = |y: fn(f64, f64) -> f64| {
        let logs = larger
            .iter()
            .map(|&(x, measured)| (x.ln(), y(x, measured).ln()));
        let logs: Vec<(f64, f64)> = logs.collect();
        let count: f64 = logs.iter().map(|_| 1.0).sum();
        let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / count;
        let covariance: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let variance: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        covariance / variance
    };
    Some((slope(|_, y| y), slope(|x, _| x * x.ln())))
}
