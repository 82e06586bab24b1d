//! Draws the summary: one group of bars for each request; the length of a bar is the time.

use std::fmt::Write as _;

use super::harness::Measured;

/// Returns an SVG of the times, readable on light and dark pages.
pub(crate) fn svg(works: &[(&str, Vec<&Measured>)]) -> String {
    let all = works.iter().flat_map(|(_, measured)| measured);
    let longest = all.map(|it| it.min).fold(1.0, f64::max);
    let bars: usize = works.iter().map(|(_, measured)| measured.len()).sum();
    let height = TOP + bars * BAR + works.len() * GAP;

    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">
<style>text {{ fill: #24292f }} @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} }}</style>
<text x="{LEFT}" y="18" font-size="14">Nanoseconds to sign a request, shorter is better</text>
"#
    );
    let mut y = TOP;
    for (work, measured) in works {
        for (at, it) in measured.iter().enumerate() {
            let width = (it.min / longest * ROOM as f64).max(1.0);
            let middle = y + BAR / 2 + 4;
            let (color, label) = (color(it.subject), LEFT as f64 + width + 6.0);
            if at == 0 {
                let x = LEFT - 8;
                _ = writeln!(
                    out,
                    r#"<text x="{x}" y="{middle}" text-anchor="end">{work}</text>"#
                );
            }
            _ = writeln!(
                out,
                r#"<rect x="{LEFT}" y="{y}" width="{width:.1}" height="{}" fill="{color}"/>
<text x="{label:.1}" y="{middle}">{} {:.0}</text>"#,
                BAR - 3,
                it.subject,
                it.min
            );
            y += BAR;
        }
        y += GAP;
    }
    out + "</svg>\n"
}

fn color(subject: &str) -> &'static str {
    match subject {
        "floor" => "#8c959f",
        "sigtower" => "#1f883d",
        _ => "#bf8700",
    }
}

const WIDTH: usize = 760;
const LEFT: usize = 220;
/// The width of the longest bar, without its label.
const ROOM: usize = 400;
const TOP: usize = 34;
const BAR: usize = 18;
const GAP: usize = 10;
