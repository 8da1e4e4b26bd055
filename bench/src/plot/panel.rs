//! One diagram: axes, marks, names.

use std::fmt::Write as _;

use super::Point;
use super::axis::Axis;
use super::labels::{Label, Lead, Room, distance, dots};

/// A panel with its axes, in the picture's units.
pub const WIDTH: f64 = 440.0;
pub const HEIGHT: f64 = 330.0;
/// What is left free around the diagram.
pub const LEFT: f64 = 56.0;
const RIGHT: f64 = WIDTH - 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = HEIGHT - 48.0;

pub struct Panel {
    pub title: &'static str,
    pub points: Vec<Point>,
    /// (instructions, mean executed), joined by a line.
    pub frontier: &'static [(f64, f64)],
    /// Instructions.
    pub bound: Option<u32>,
    pub is_log: bool,
}

impl Panel {
    pub fn draw(&self, out: &mut String) {
        let lengths = self.points.iter().map(|p| p.length);
        let lengths = lengths.chain(self.frontier.iter().map(|p| p.0));
        let means = self.points.iter().map(|p| p.executed);
        let means = means.chain(self.frontier.iter().map(|p| p.1));
        let x = Axis::over(means, self.is_log, LEFT, RIGHT);
        let bound = self.bound.map(f64::from);
        let y = Axis::over(lengths.chain(bound), self.is_log, BOTTOM, TOP);
        self.frame(&x, &y, out);

        let at = |mean, length| (x.at(mean), y.at(length));
        let of_point = |point: &Point| at(point.executed, point.length);
        let marks: Vec<(f64, f64)> = self.points.iter().map(of_point).collect();
        let search = self.frontier.iter().map(|&(length, mean)| at(mean, length));
        let search: Vec<(f64, f64)> = search.collect();
        let mut room = Room {
            area: (LEFT, TOP, RIGHT, BOTTOM),
            line: bound.map(|bound| y.at(bound)),
            marks: marks.iter().chain(&search).copied().collect(),
            dots: search
                .windows(2)
                .flat_map(|ends| dots(ends[0], ends[1]))
                .collect(),
            labels: Vec::new(),
        };
        if let (Some(line), Some(bound)) = (room.line, bound) {
            path(out, "bound", &format!("M{LEFT} {line:.1}H{RIGHT}"));
            let name = Label::ending_at(RIGHT - 4.0, line + 13.0, &format!("lower bound: {bound}"));
            text(
                out,
                "boundname",
                (name.x, name.y),
                name.anchor.name(),
                &name.text,
            );
            room.labels.push(name);
        }
        let steps: Vec<String> = search
            .iter()
            .map(|(x, y)| format!("{x:.1} {y:.1}"))
            .collect();
        if !steps.is_empty() {
            path(out, "front", &format!("M{}", steps.join("L")));
        }
        let names = self.points.iter().map(|point| &point.name[..]);
        let mut named: Vec<(&str, (f64, f64))> = names.zip(marks.iter().copied()).collect();
        named.extend(lonely(&search, &marks).map(|mark| ("search of other days †", mark)));
        named.retain(|(name, _)| !name.is_empty());
        // Where it is crowded names are placed first.
        named.sort_by(|(_, one), (_, other)| one.0.total_cmp(&other.0));
        for (name, mark) in named {
            let label = room.place(name, mark);
            if let Some(Lead { from, to }) = label.lead {
                let line = format!("M{:.1} {:.1}L{:.1} {:.1}", from.0, from.1, to.0, to.1);
                path(out, "lead", &line);
            }
            text(out, "name", (label.x, label.y), label.anchor.name(), name);
            room.labels.push(label);
        }
        for mark in search {
            circle(out, "other", mark, 2);
        }
        for (point, mark) in self.points.iter().zip(marks) {
            circle(out, point.class, mark, 4);
        }
    }

    fn frame(&self, x: &Axis, y: &Axis, out: &mut String) {
        text(out, "title", (LEFT, TOP - 10.0), "start", self.title);
        for (value, name) in x.ticks() {
            let at = x.at(value);
            path(out, "grid", &format!("M{at:.1} {TOP}V{BOTTOM}"));
            text(out, "tick", (at, BOTTOM + 15.0), "middle", &name);
        }
        for (value, name) in y.ticks() {
            let at = y.at(value);
            path(out, "grid", &format!("M{LEFT} {at:.1}H{RIGHT}"));
            text(out, "tick", (LEFT - 6.0, at + 4.0), "end", &name);
        }
        path(
            out,
            "frame",
            &format!("M{LEFT} {TOP}H{RIGHT}V{BOTTOM}H{LEFT}Z"),
        );
        let middle = f64::midpoint(LEFT, RIGHT);
        text(
            out,
            "tick",
            (middle, BOTTOM + 32.0),
            "middle",
            "mean instructions executed",
        );
        let middle = f64::midpoint(TOP, BOTTOM);
        let _ = writeln!(out, "<g transform=\"translate(14 {middle}) rotate(-90)\">");
        text(out, "tick", (0.0, 0.0), "middle", "instructions");
        out.push_str("</g>\n");
    }
}

/// The one that is farthest from all marks.
fn lonely(search: &[(f64, f64)], marks: &[(f64, f64)]) -> Option<(f64, f64)> {
    let to_marks = |spot: (f64, f64)| {
        let distances = marks.iter().map(|&mark| distance(mark, spot));
        distances.fold(f64::INFINITY, f64::min)
    };
    let spots = search.iter().copied();
    spots.max_by(|&one, &other| to_marks(one).total_cmp(&to_marks(other)))
}

fn path(out: &mut String, class: &str, line: &str) {
    let _ = writeln!(out, "<path class=\"{class}\" d=\"{line}\"/>");
}

fn text(out: &mut String, class: &str, (x, y): (f64, f64), anchor: &str, text: &str) {
    let _ = writeln!(
        out,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}

fn circle(out: &mut String, class: &str, (x, y): (f64, f64), radius: u32) {
    let _ = writeln!(
        out,
        "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>"
    );
}
