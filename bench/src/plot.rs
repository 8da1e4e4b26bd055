//! A picture of size against executed instructions: SVG written by hand.

mod axis;
mod labels;
mod panel;

use std::fmt::Write as _;

use crate::programs::{BOUND, PUBLISHED, Program};

use panel::{HEIGHT, LEFT, Panel, WIDTH};

/// (instructions, mean over allowed calls) that an exhaustive search reached on other days, for b and c.
const FRONTIER: [(&str, [(f64, f64); 3]); 2] = [
    ("b", [(42.0, 9.03), (44.0, 8.79), (47.0, 8.65)]),
    ("c", [(48.0, 9.94), (50.0, 9.09), (53.0, 8.78)]),
];

/// What stands beside `optimize = size` and `optimize = speed` where they are in one place.
const BOTH: &str = "seccomptime, size and speed";
/// The line above all panels.
const HEAD: f64 = 34.0;

/// Its own background, so that it can stand on any; the reader's taste where the program that shows it tells.
const STYLE: &str = "
  .card { fill: #ffffff } .frame { fill: none; stroke: #8a8f98 } .grid { stroke: #e4e7eb }
  text { font: 12px sans-serif; fill: #1f2328 } .title { font-weight: bold; font-size: 13px } .tick { font-size: 11px; fill: #57606a }
  .ours { fill: #0969da; stroke: #0969da } .peer { fill: #bc4c00; stroke: #bc4c00 } .other { fill: #ffffff; stroke: #57606a }
  .lead { stroke: #8a8f98; stroke-width: 0.8 } .bound { stroke: #1a7f37; stroke-dasharray: 5 4 } .boundname { fill: #1a7f37; font-size: 11px }
  .front { fill: none; stroke: #57606a; stroke-dasharray: 2 3 }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117 } .frame { stroke: #6e7681 } .grid { stroke: #21262d } text { fill: #e6edf3 } .tick { fill: #9198a1 }
    .ours { fill: #4493f8; stroke: #4493f8 } .peer { fill: #f0883e; stroke: #f0883e } .other { fill: #0d1117; stroke: #9198a1 }
    .lead { stroke: #6e7681 } .bound { stroke: #3fb950 } .boundname { fill: #3fb950 } .front { stroke: #9198a1 }
  }
";

/// A program in the picture.
#[derive(Clone)]
struct Point {
    name: String,
    class: &'static str,
    executed: f64,
    length: f64,
}

/// The whole picture.
pub fn svg(programs: &[Program]) -> String {
    let panels = [
        ("policy a, allowed calls", "a", false),
        ("policy b, allowed calls", "b", false),
        ("policy c, allowed calls", "c", false),
        ("policy d, calls with conditions", "d", false),
        ("policy b, the lower left corner", "b", true),
        ("policy c, the lower left corner", "c", true),
    ];
    let mut body = String::new();
    let (mut x, mut y) = (0.0, HEAD);
    for (title, policy, zoom) in panels {
        let _ = writeln!(body, "<g transform=\"translate({x} {y})\">");
        panel(title, policy, points(programs, policy), zoom).draw(&mut body);
        body.push_str("</g>\n");
        (x, y) = match x > 0.0 {
            true => (0.0, y + HEIGHT),
            false => (WIDTH, y),
        };
    }
    let (width, height) = (2.0 * WIDTH, y);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>Instructions in the program against mean instructions executed</title>\n<style>{STYLE}</style>\n\
         <rect class=\"card\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n\
         <text x=\"{LEFT}\" y=\"24\">Nearer to the lower left is better. † hollow: measured on other days.</text>\n{body}</svg>\n"
    )
}

fn panel(title: &'static str, policy: &str, mut points: Vec<Point>, zoom: bool) -> Panel {
    let frontier = FRONTIER.iter().find(|(name, _)| zoom && *name == policy);
    let bound = PUBLISHED
        .iter()
        .find(|p| p.policy == policy && p.name == BOUND);
    if zoom {
        // What is left are the programs that come near to the best in both.
        let least = |of: fn(&Point) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min);
        let (executed, length) = (least(|p| p.executed), least(|p| p.length));
        points.retain(|p| p.executed < 1.25 * executed && p.length < 1.4 * length);
    } else {
        // Here the two are as good as one, and have one name.
        for (index, point) in points.iter_mut().filter(|p| p.class == "ours").enumerate() {
            point.name = if index == 0 { BOTH } else { "" }.to_owned();
        }
    }
    Panel {
        title,
        points,
        frontier: frontier.map_or(&[], |(_, points)| points),
        bound: bound.and_then(|p| u32::try_from(p.length).ok()),
        is_log: !zoom,
    }
}

/// What is known of a policy's programs, equal ones as one.
fn points(programs: &[Program], policy: &str) -> Vec<Point> {
    let mut all: Vec<Point> = Vec::new();
    let mut add = |name: &str, class, length: usize, executed: Option<f64>| {
        let (Some(executed), Ok(length)) = (executed, u32::try_from(length)) else {
            return;
        };
        let length = f64::from(length);
        let same = |p: &&mut Point| p.length == length && (p.executed - executed).abs() < 0.005;
        match all.iter_mut().find(same) {
            Some(point) if point.class == "ours" => point.name = BOTH.to_owned(),
            Some(point) => point.name = format!("{}, {name}", point.name),
            None => all.push(Point {
                name: name.to_owned(),
                class,
                executed,
                length,
            }),
        }
    };
    for program in programs.iter().filter(|p| p.policy == policy) {
        let Ok(measured) = &program.outcome else {
            continue;
        };
        let mean = match policy {
            "d" => measured.by_argument.mean(),
            _ => measured.allowed.mean(),
        };
        match program.name.strip_prefix("seccomptime, ") {
            Some("optimize = size") => add("seccomptime, size", "ours", measured.length, mean),
            Some("optimize = speed") => add("seccomptime, speed", "ours", measured.length, mean),
            Some(_) => {}
            None => {
                let name = program.name.replace(", binary tree", " tree");
                add(&name, "peer", measured.length, mean);
            }
        }
    }
    for published in PUBLISHED.iter().filter(|p| p.policy == policy) {
        let mean = match policy {
            "d" => published.by_argument,
            _ => published.allowed,
        };
        add(published.name, "other", published.length, mean.map(|m| m.0));
    }
    all
}
