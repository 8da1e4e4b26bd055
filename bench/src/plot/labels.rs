//! Names beside marks, none upon another.

/// What a letter takes, about.
const LETTER: f64 = 7.0;
const LINE: f64 = 13.0;
const MARK: f64 = 6.0;
/// How far from its mark a name may stand, the nearest first, and where.
const DISTANCES: [f64; 10] = [9.0, 13.0, 18.0, 24.0, 32.0, 42.0, 54.0, 68.0, 84.0, 102.0];
const DIRECTIONS: [(f64, f64); 8] = [
    (1.0, 0.0),
    (0.8, -0.8),
    (0.8, 0.8),
    (-1.0, 0.0),
    (-0.8, -0.8),
    (-0.8, 0.8),
    (0.0, -1.0),
    (0.0, 1.0),
];
/// From here on a line leads to the name.
const FAR: f64 = 14.0;
/// What is nearer to a mark than this is not in the way of its line.
const NEAR: f64 = 14.0;

/// A line from a mark to its name.
#[derive(Clone, Copy)]
pub struct Lead {
    pub from: (f64, f64),
    pub to: (f64, f64),
}

/// Which part of a name stands at its point.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    /// SVG's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// A name that has its place: the point that it is written at, and what leads there.
pub struct Label {
    pub text: String,
    pub anchor: Anchor,
    pub x: f64,
    pub y: f64,
    pub lead: Option<Lead>,
}

impl Label {
    pub fn ending_at(x: f64, y: f64, text: &str) -> Label {
        Label {
            text: text.to_owned(),
            anchor: Anchor::End,
            x,
            y,
            lead: None,
        }
    }

    /// Dots along the line that leads here.
    fn steps(&self) -> impl Iterator<Item = (f64, f64)> {
        self.lead
            .into_iter()
            .flat_map(|lead| dots(lead.from, lead.to))
    }

    /// Left, top, right, bottom.
    fn bounds(&self) -> (f64, f64, f64, f64) {
        let width: f64 = self.text.chars().map(|_| LETTER).sum();
        let left = match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - width / 2.0,
            Anchor::End => self.x - width,
        };
        (left, self.y - LINE + 2.0, left + width, self.y + 3.0)
    }
}

/// A line as dots.
pub fn dots(from: (f64, f64), to: (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
    const DOTS: u32 = 40;
    (0..=DOTS).map(move |dot| {
        let part = f64::from(dot) / f64::from(DOTS);
        (
            from.0 + part * (to.0 - from.0),
            from.1 + part * (to.1 - from.1),
        )
    })
}

/// From one point to another.
pub fn distance(one: (f64, f64), other: (f64, f64)) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

/// What names have to keep clear of.
pub struct Room {
    /// Left, top, right, bottom.
    pub area: (f64, f64, f64, f64),
    /// The height of a line across it.
    pub line: Option<f64>,
    pub marks: Vec<(f64, f64)>,
    /// Lines, as dots.
    pub dots: Vec<(f64, f64)>,
    /// Names that have their places.
    pub labels: Vec<Label>,
}

impl Room {
    /// The first place near a mark where the name, and a line to it, is upon nothing else; the nearest one, if there is none.
    pub fn place(&self, text: &str, mark: (f64, f64)) -> Label {
        let mut tries = DISTANCES
            .iter()
            .flat_map(|&distance| DIRECTIONS.iter().map(move |&way| (distance, way)))
            .map(|(distance, way)| beside(text, mark, distance, way));
        let found = tries.find(|label| self.has_room(label) && self.has_way(label, mark));
        found.unwrap_or_else(|| beside(text, mark, DISTANCES[0], DIRECTIONS[0]))
    }

    fn has_room(&self, label: &Label) -> bool {
        let bounds @ (left, top, right, bottom) = label.bounds();
        let area = self.area;
        let inside = left > area.0 && top > area.1 && right < area.2 && bottom < area.3;
        let no_line = self.line.is_none_or(|at| at < top || at > bottom);
        let no_mark = self
            .marks
            .iter()
            .all(|&mark| !is_within(mark, bounds, MARK));
        let no_label = self.labels.iter().all(|label| {
            let other = label.bounds();
            let apart = other.2 < left || other.0 > right || other.3 < top || other.1 > bottom;
            let no_lead = label.steps().all(|step| !is_within(step, bounds, 1.0));
            apart && no_lead
        });
        let no_dot = self.dots.iter().all(|&dot| !is_within(dot, bounds, 1.0));
        inside && no_line && no_mark && no_dot && no_label
    }

    fn has_way(&self, label: &Label, from: (f64, f64)) -> bool {
        label.steps().all(|step| {
            let no_mark =
                |&mark: &(f64, f64)| distance(mark, from) < NEAR || distance(mark, step) > MARK;
            let no_label = |label: &Label| !is_within(step, label.bounds(), 1.0);
            self.marks.iter().all(no_mark) && self.labels.iter().all(no_label)
        })
    }
}

fn is_within(point: (f64, f64), bounds: (f64, f64, f64, f64), room: f64) -> bool {
    point.0 + room >= bounds.0
        && point.0 - room <= bounds.2
        && point.1 + room >= bounds.1
        && point.1 - room <= bounds.3
}

fn beside(text: &str, mark: (f64, f64), distance: f64, way: (f64, f64)) -> Label {
    let end = (mark.0 + way.0 * distance, mark.1 + way.1 * distance);
    let anchor = match way.0 {
        right if right > 0.0 => Anchor::Start,
        left if left < 0.0 => Anchor::End,
        _ => Anchor::Middle,
    };
    Label {
        text: text.to_owned(),
        anchor,
        x: end.0,
        y: end.1 + 4.0,
        lead: (distance > FAR).then_some(Lead {
            from: mark,
            to: end,
        }),
    }
}
