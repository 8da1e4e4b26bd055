//! The name that was probably meant.

/// The candidate nearest to `name`, where one is near enough to be a slip of the fingers.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A quarter of the letters may be wrong; of two equally near ones the first wins, so that messages are stable.
    let limit = name.chars().count().div_ceil(4);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = distance(name, candidate);
        if distance <= limit && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `; did you mean …?` for the nearest candidate, or nothing.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(name, candidates) {
        Some(candidate) => format!("; did you mean `{candidate}`?"),
        None => String::new(),
    }
}

/// `; did you mean …?` for the nearest candidate, or else all there are.
pub fn did_you_mean_or_all(name: &str, candidates: &[&str]) -> String {
    match did_you_mean(name, candidates.iter().copied()) {
        hint if hint.is_empty() => format!("; there are `{}`", candidates.join("`, `")),
        hint => hint,
    }
}

/// Letters to insert, delete, replace, or swap with their neighbour, to make `a` of `b`.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before = vec![0; b.len() + 1];
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitute = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = substitute.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = row;
        row = next;
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, want) in [
            ("read", "read", 0),
            ("raed", "read", 1),
            ("rea", "read", 1),
            ("reads", "read", 1),
            ("rend", "read", 1),
            ("", "read", 4),
        ] {
            assert_eq!(distance(a, b), want, "{a} {b}");
        }
    }

    #[test]
    fn far_names_are_not_offered() {
        assert_eq!(
            nearest("opneat", ["open", "openat", "read"]),
            Some("openat")
        );
        assert_eq!(nearest("frobnicate", ["open", "openat"]), None);
        assert_eq!(did_you_mean("raed", ["read"]), "; did you mean `read`?");
        assert_eq!(did_you_mean("xyz", ["read"]), "");
    }
}
