//! The picture of planes, regions, stores, keys and flows, drawn from the policy and the columns (M109, M122).
//!
//! A library lays the boxes out; nothing is placed by hand, and no box is there that the facts do not have.

use std::fmt::Write as _;

use boundary_schema::{CratePlane, Plane, Policy, Region};
use rust_sugiyama::configure::Config;

use super::Row;
use super::build::seconds;
use crate::catalogue::WayOutKind;
use crate::facts::Facts;

/// A box of the picture.
struct Node {
    class: &'static str,
    lines: Vec<String>,
}

impl Node {
    fn size(&self) -> (f64, f64) {
        let longest = self
            .lines
            .iter()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0);
        // Measured for the page's font at 13 px, with room for wide letters.
        (longest as f64 * 7.4 + 28.0, self.lines.len() as f64 * 18.0 + 18.0)
    }
}

#[derive(Default)]
struct Graph {
    nodes: Vec<Node>,
    edges: Vec<(u32, u32, &'static str)>,
}

impl Graph {
    fn add(&mut self, class: &'static str, lines: impl IntoIterator<Item = String>) -> u32 {
        self.nodes.push(Node {
            class,
            lines: lines.into_iter().map(|line| shortened(&line)).collect(),
        });
        u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX)
    }

    fn join(&mut self, from: u32, to: u32, class: &'static str) {
        self.edges.push((from, to, class));
    }
}

/// A line that fits a box.
fn shortened(line: &str) -> String {
    const LONGEST: usize = 44;
    match line.chars().count() > LONGEST {
        true => line.chars().take(LONGEST - 1).chain(['…']).collect(),
        false => line.to_owned(),
    }
}

/// The picture as SVG; empty without a policy.
#[must_use]
pub fn draw(facts: &Facts, columns: &[Row]) -> String {
    match &facts.policy {
        Some(policy) => svg(&graph(facts, policy, columns)),
        None => String::new(),
    }
}

fn graph(facts: &Facts, policy: &Policy, columns: &[Row]) -> Graph {
    let mut graph = Graph::default();
    let stays = columns
        .iter()
        .filter(|row| !["", "global"].contains(&row.residency.as_str()))
        .count();
    let sealed = columns.iter().filter(|row| row.held == "sealed").count();
    let released = columns.iter().filter(|row| !row.release.is_empty()).count();
    let release = policy.release();
    let gate = (released > 0).then(|| {
        graph.add(
            "gate",
            [
                "the gate".to_owned(),
                format!("cohorts of {} people or more,", release.minimum_subjects),
                format!("at most {} % from one; de-identified", release.max_share_percent),
                counted(released, "column may be released", "columns may be released"),
            ],
        )
    });
    let mut outside = Vec::new();
    for region in policy.regions().values() {
        let node = match region.plane {
            Plane::InCountry => inside(&mut graph, facts, policy, region, (columns.len(), stays, sealed)),
            Plane::Central => {
                let mut lines = vec![format!(
                    "region {}: {}, central",
                    region.name, region.jurisdiction
                )];
                lines.push("no keys; raw values cannot be opened".to_owned());
                lines.extend(code(policy, CratePlane::Central));
                let node = graph.add("central", lines);
                outside.push((region.name.as_str(), node));
                node
            }
        };
        if let (Some(gate), Plane::InCountry) = (gate, region.plane) {
            graph.join(node, gate, "released");
        }
        for sink in policy.sinks().values().filter(|sink| sink.region == region.name) {
            let to = graph.add(
                "sink",
                [
                    format!("sink {}", sink.name),
                    format!("{} in {}", sink.kind, sink.region),
                ],
            );
            graph.join(
                node,
                to,
                if region.plane == Plane::InCountry {
                    "raw"
                } else {
                    "released"
                },
            );
        }
    }
    if let Some(gate) = gate {
        let destination = outside
            .iter()
            .find(|(name, _)| *name == release.destination.as_str());
        if let Some((_, destination)) = destination {
            graph.join(gate, *destination, "released");
        }
    }
    let ways = facts.ways_out.iter().map(|way| match way.kind {
        WayOutKind::Server => format!("foreign server {}", way.name),
        WayOutKind::Subscription => format!("subscription {}", way.name),
        WayOutKind::Program => "a program of the database server".to_owned(),
    });
    let published = facts
        .publications
        .iter()
        .map(|publication| format!("publication {}", publication.name));
    let ways: Vec<String> = ways.chain(published).collect();
    if !ways.is_empty() {
        let more = ways.len().saturating_sub(4);
        let mut lines = vec!["ways out of the database".to_owned()];
        lines.extend(ways.into_iter().take(4));
        lines.extend((more > 0).then(|| format!("and {more} more")));
        let node = graph.add("danger", lines);
        let stores: Vec<u32> = (0u32..)
            .zip(&graph.nodes)
            .filter(|(_, node)| node.class == "store")
            .map(|(at, _)| at)
            .collect();
        for store in stores {
            graph.join(store, node, "danger");
        }
    }
    graph
}

/// A region that holds raw values: its keys, its stores, its code. Gives the node that data leaves from.
fn inside(
    graph: &mut Graph,
    facts: &Facts,
    policy: &Policy,
    region: &Region,
    counts: (usize, usize, usize),
) -> u32 {
    let (all, stays, sealed) = counts;
    let keys = graph.add(
        "keys",
        [
            format!("keys of {}", region.name),
            "one authority for each tenant".to_owned(),
            format!("opened for {} at most", seconds(policy.keys().lease.as_secs())),
        ],
    );
    let databases = counted(facts.databases.len(), "database", "databases");
    let mut lines = vec![
        format!("region {}: {}, in country", region.name, region.jurisdiction),
        format!("{databases}, {}", counted(all, "column", "columns")),
        format!("{stays} stay here, {sealed} of them sealed"),
    ];
    lines.extend(code(policy, CratePlane::InCountry));
    let store = graph.add("store", lines);
    graph.join(keys, store, "key");
    let datasets: Vec<&str> = facts
        .made
        .iter()
        .filter(|made| made.stands == crate::parse::declarations::Stands::Dataset)
        .map(|made| made.name.as_str())
        .collect();
    if !datasets.is_empty() {
        let more = datasets.len().saturating_sub(4);
        let mut lines = vec![format!("derived, in {}", region.name)];
        lines.extend(datasets.into_iter().take(4).map(str::to_owned));
        lines.extend((more > 0).then(|| format!("and {more} more")));
        let derived = graph.add("derived", lines);
        graph.join(store, derived, "raw");
    }
    store
}

/// The packages of a plane in one line.
fn code(policy: &Policy, plane: CratePlane) -> Option<String> {
    let packages: Vec<&str> = policy.crates().of(plane).iter().map(String::as_str).collect();
    (!packages.is_empty()).then(|| format!("code: {}", packages.join(", ")))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

const MARGIN: f64 = 12.0;

fn svg(graph: &Graph) -> String {
    let vertices: Vec<(u32, (f64, f64))> = (0u32..)
        .zip(&graph.nodes)
        .map(|(at, node)| (at, node.size()))
        .collect();
    let edges: Vec<(u32, u32)> = graph.edges.iter().map(|(from, to, _)| (*from, *to)).collect();
    let config = Config {
        vertex_spacing: 36.0,
        ..Config::default()
    };
    let mut centre = vec![(0.0, 0.0); graph.nodes.len()];
    let mut right = 0.0_f64;
    for (layout, _, _) in rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &config) {
        let left = layout
            .iter()
            .filter_map(|(at, (x, _))| Some(x - graph.nodes.get(*at)?.size().0 / 2.0))
            .fold(f64::INFINITY, f64::min);
        let mut end = right;
        for (at, (x, y)) in &layout {
            let Some(node) = graph.nodes.get(*at) else {
                continue;
            };
            // Layers go down the page whichever way the library counts.
            centre[*at] = (x - left + right, y.abs());
            end = end.max(x - left + right + node.size().0 / 2.0);
        }
        right = end + 36.0;
    }
    let placed = || graph.nodes.iter().zip(&centre);
    let top = placed()
        .map(|(node, (_, y))| y - node.size().1 / 2.0)
        .fold(f64::INFINITY, f64::min);
    let bottom = placed()
        .map(|(node, (_, y))| y + node.size().1 / 2.0)
        .fold(0.0, f64::max);
    let (width, height) = (right - 36.0 + 2.0 * MARGIN, bottom - top + 2.0 * MARGIN);
    let at = |node: u32| {
        let (x, y) = centre.get(node as usize).copied().unwrap_or_default();
        (x + MARGIN, y - top + MARGIN)
    };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         role=\"img\" aria-labelledby=\"picture-title picture-text\"><title id=\"picture-title\">Planes, regions, stores, keys and flows</title>\
         <desc id=\"picture-text\">{}</desc><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>",
        escaped(&described(graph))
    );
    for (from, to, class) in &graph.edges {
        let ((x1, y1), (x2, y2)) = (at(*from), at(*to));
        let half = |node: u32| {
            graph
                .nodes
                .get(node as usize)
                .map_or(0.0, |node| node.size().1 / 2.0)
        };
        let (y1, y2) = if y1 <= y2 {
            (y1 + half(*from), y2 - half(*to))
        } else {
            (y1 - half(*from), y2 + half(*to))
        };
        let middle = (y1 + y2) / 2.0;
        let _ = write!(
            out,
            "<path class=\"edge {class}\" d=\"M{x1:.1} {y1:.1}C{x1:.1} {middle:.1} {x2:.1} {middle:.1} {x2:.1} {y2:.1}\" \
             marker-end=\"url(#tip)\"/>"
        );
    }
    for (at_node, node) in (0u32..).zip(&graph.nodes) {
        let ((x, y), (w, h)) = (at(at_node), node.size());
        let _ = write!(
            out,
            "<g class=\"node {}\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"8\"/>",
            node.class,
            x - w / 2.0,
            y - h / 2.0
        );
        for (line, text) in node.lines.iter().enumerate() {
            let class = if line == 0 { " class=\"head\"" } else { "" };
            let _ = write!(
                out,
                "<text{class} x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                y - h / 2.0 + 22.0 + line as f64 * 18.0,
                escaped(text)
            );
        }
        out.push_str("</g>");
    }
    out.push_str("</svg>");
    out
}

/// The picture in words, for who does not see it.
fn described(graph: &Graph) -> String {
    let name = |node: u32| {
        let node = graph.nodes.get(node as usize);
        node.and_then(|node| node.lines.first())
            .map_or("", String::as_str)
    };
    let flows = graph.edges.iter().map(|(from, to, class)| {
        let what = match *class {
            "key" => "opens",
            "raw" => "may send raw values to",
            "released" => "sends released values to",
            _ => "may leave by",
        };
        format!("{} {what} {}.", name(*from), name(*to))
    });
    flows.collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
