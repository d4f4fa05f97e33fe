//! The graph in the language of Mermaid, which many forges draw in Markdown.

use std::fmt::Write as _;
use std::io;

use super::{Bond, Cluster, Graph, Node};
use crate::model::{Charset, Snapshot};

/// Writes what `shown` has of the network of `whole` as a flowchart.
pub fn write(
    shown: &Snapshot,
    whole: &Snapshot,
    charset: Charset,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let graph = Graph::of(shown, whole, charset);
    writeln!(out, "flowchart LR")?;
    graph
        .clusters
        .iter()
        .try_for_each(|one| cluster(one, out))?;
    for one in &graph.unseen {
        writeln!(out, "  {}:::unseen", node(one))?;
    }
    for edge in &graph.edges {
        let (from, to) = (edge.from, edge.to);
        let line = match edge.what {
            Bond::Peer => "---".to_owned(),
            Bond::Port | Bond::Rides => format!("-->|{}|", edge.what.word().unwrap_or_default()),
        };
        writeln!(out, "  {from} {line} {to}")?;
    }
    writeln!(out, "  classDef unseen stroke-dasharray:4 4")
}

fn cluster(cluster: &Cluster, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(
        out,
        "  subgraph net{}[\"{}\"]",
        cluster.inode,
        escaped(&cluster.title)
    )?;
    for one in &cluster.nodes {
        writeln!(out, "    {}", node(one))?;
    }
    writeln!(out, "  end")
}

fn node(node: &Node) -> String {
    format!("{}[\"{}\"]", node.id, node.label(escaped, "<br/>"))
}

/// `text` within quotes: whatever could mean something to Mermaid, to Markdown or to HTML is written by its number.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_alphanumeric() || " .:/,+@=()-".contains(char) {
            safe.push(char);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(safe, "#{};", u32::from(char));
        }
    }
    safe
}
