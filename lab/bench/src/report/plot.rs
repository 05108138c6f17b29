//! Curves as a plain SVG: one value against another, both on logarithmic axes.

use std::fmt::Write;

use super::numbers::thousands;
use crate::measure::{Outcome, STEP};

/// The picture's size.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;

/// Room for the axes' labels.
const LEFT: f64 = 80.0;
const BOTTOM: f64 = 50.0;
const TOP: f64 = 40.0;
const RIGHT: f64 = 20.0;

const COLORS: [&str; 4] = ["#1f6feb", "#8b949e", "#d29922", "#a371f7"];

/// A curve: its name and its points.
type Curve = (String, Vec<(f64, f64)>);

/// The plots, each with the name of its file: latency against the rate of fan-out, for each measured number of
/// subscribers.
pub fn plots(outcomes: &[Outcome]) -> Vec<(String, String)> {
    let mut counts: Vec<u64> = Vec::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.scenario == STEP) {
        let count = subscribers(outcome);
        if !counts.contains(&count) {
            counts.push(count);
        }
    }
    let picture = |count: &u64| {
        let title = format!("Fan-out to {count} subscribers: send to received, 99th percentile");
        let svg = plot(
            &title,
            "deliveries per second",
            "milliseconds",
            &curves(outcomes, *count),
        );
        (format!("fanout-{count}.svg"), svg)
    };
    counts.iter().map(picture).collect()
}

fn subscribers(outcome: &Outcome) -> u64 {
    outcome
        .more
        .get("subscribers")
        .map_or(0, |count| *count as u64)
}

fn curves(outcomes: &[Outcome], count: u64) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    let of_count = |outcome: &&Outcome| outcome.scenario == STEP && subscribers(outcome) == count;
    for outcome in outcomes.iter().filter(of_count) {
        // The case of a step ends with its rate.
        let name = outcome
            .case
            .rsplit_once(" at ")
            .map_or("", |(name, _)| name);
        let point = (
            outcome.rate,
            outcome.latency.map_or(0.0, |latency| latency.p99),
        );
        match curves.iter_mut().find(|(known, _)| known == name) {
            Some((_, points)) => points.push(point),
            None => curves.push((name.to_owned(), vec![point])),
        }
    }
    for (_, points) in &mut curves {
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
    }
    curves
}

/// Draws the curves under a title, with the names of both axes.
fn plot(title: &str, x_name: &str, y_name: &str, curves: &[Curve]) -> String {
    let points = || curves.iter().flat_map(|(_, points)| points.iter());
    let x = Axis::of(points().map(|point| point.0), LEFT, WIDTH - RIGHT);
    let y = Axis::of(points().map(|point| point.1), HEIGHT - BOTTOM, TOP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"15\">{title}</text>\n"
    );
    for tick in x.ticks() {
        let at = x.place(tick);
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{0}\" stroke=\"#ddd\"/>\
             <text x=\"{at:.1}\" y=\"{1}\" text-anchor=\"middle\">{2}</text>",
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 16.0,
            thousands(tick)
        );
    }
    for tick in y.ticks() {
        let at = y.place(tick);
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{0}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{tick}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{0}\" y=\"{1}\" text-anchor=\"middle\">{x_name}</text>\
         <text x=\"16\" y=\"{2}\" transform=\"rotate(-90 16 {2})\" text-anchor=\"middle\">{y_name}</text>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 12.0,
        (TOP + HEIGHT - BOTTOM) / 2.0
    );
    for (index, (name, points)) in curves.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let places: Vec<String> = points
            .iter()
            .map(|(px, py)| format!("{:.1},{:.1}", x.place(*px), y.place(*py)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"{color}\">{name}</text>",
            places.join(" "),
            LEFT + 12.0,
            TOP + 18.0 * (index as f64 + 1.0)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Maps values to coordinates.
struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Axis {
    /// An axis that covers these values with whole decades.
    fn of(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Axis {
        let logs: Vec<f64> = values.map(|value| value.max(1e-3).log10()).collect();
        let from = logs.iter().copied().fold(f64::INFINITY, f64::min).floor();
        let to = logs
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
            .ceil();
        let (from, to) = if logs.is_empty() {
            (0.0, 1.0)
        } else {
            (from, to.max(from + 1.0))
        };
        Axis {
            from,
            to,
            start,
            end,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value.max(1e-3).log10() - self.from) / (self.to - self.from);
        self.start + share * (self.end - self.start)
    }

    /// The powers of ten.
    fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.from as i32..=self.to as i32).map(|power| 10_f64.powi(power))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_where_their_logarithms_are() {
        let axis = Axis::of([3.0, 800.0].into_iter(), 0.0, 300.0);
        assert_eq!(
            axis.ticks().collect::<Vec<_>>(),
            [1.0, 10.0, 100.0, 1_000.0]
        );
        assert!((axis.place(10.0) - 100.0).abs() < 1e-9);
        assert!((axis.place(1_000.0) - 300.0).abs() < 1e-9);
    }

    #[test]
    fn a_picture_without_points_is_a_picture() {
        assert!(plot("empty", "x", "y", &[]).ends_with("</svg>\n"));
    }
}
