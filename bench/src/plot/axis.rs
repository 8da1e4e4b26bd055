//! From values to places.

/// One axis of a panel.
pub struct Axis {
    least: f64,
    greatest: f64,
    is_log: bool,
    start: f64,
    end: f64,
}

impl Axis {
    /// From below the least to above the greatest of `values`, with room for names, drawn from `start` to `end`.
    pub fn over(values: impl Iterator<Item = f64>, is_log: bool, start: f64, end: f64) -> Axis {
        let (mut least, mut greatest) = (f64::INFINITY, 0_f64);
        for value in values {
            least = least.min(value);
            greatest = greatest.max(value);
        }
        let room = (greatest - least).max(1.0) * 0.15;
        if is_log {
            (least, greatest) = (least / 1.6, greatest * 1.8);
        } else {
            (least, greatest) = (least - 1.5 * room, greatest + 2.0 * room);
        }
        Axis {
            least,
            greatest,
            is_log,
            start,
            end,
        }
    }

    /// Where a value stands.
    pub fn at(&self, value: f64) -> f64 {
        let part = |value: f64| if self.is_log { value.ln() } else { value };
        let (least, greatest) = (part(self.least), part(self.greatest));
        self.start + (self.end - self.start) * (part(value) - least) / (greatest - least)
    }

    /// Round values, and how they are written.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let within = |value: &f64| (self.least..=self.greatest).contains(value);
        if self.is_log {
            // The fewer powers of ten there are, the more lines between two of them.
            let between = match self.greatest / self.least < 5.0 {
                true => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0][..],
                false => &[1.0, 2.0, 5.0],
            };
            let powers =
                (0..5).flat_map(|power| between.iter().map(move |n| n * 10_f64.powi(power)));
            return powers.filter(within).map(|n| (n, n.to_string())).collect();
        }
        // The least of the round steps that makes no more than this many.
        const MOST: f64 = 8.0;
        let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];
        let span = self.greatest - self.least;
        let step = steps.into_iter().find(|step| span / step <= MOST);
        let step = step.unwrap_or(span);
        let digits = usize::from(step < 1.0);
        let first = (self.least / step).ceil();
        let count = 0_u32..;
        count
            .map(|i| (first + f64::from(i)) * step)
            .take_while(within)
            .map(|n| (n, format!("{n:.digits$}")))
            .collect()
    }
}
