//! The graph in the language of Graphviz.

use std::io;

use super::{Cluster, Graph, Id, Node};
use crate::model::{Charset, Snapshot};

/// Writes what `shown` has of the network of `whole` for `dot`.
pub fn write(
    shown: &Snapshot,
    whole: &Snapshot,
    charset: Charset,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let graph = Graph::of(shown, whole, charset);
    writeln!(out, "graph network {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  node [shape=box, fontname=\"monospace\"];")?;
    graph
        .clusters
        .iter()
        .try_for_each(|one| cluster(one, out))?;
    for one in &graph.unseen {
        writeln!(out, "  {} [style=dashed, label={}];", one.id, label(one))?;
    }
    for edge in &graph.edges {
        let word = edge.what.word();
        let word = word.map(|word| format!(" [dir=forward, label={}]", quoted(word)));
        let (from, to) = (edge.from, edge.to);
        writeln!(out, "  {from} -- {to}{};", word.unwrap_or_default())?;
    }
    writeln!(out, "}}")
}

fn cluster(cluster: &Cluster, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "  subgraph cluster_{} {{", cluster.inode)?;
    writeln!(out, "    label={};", quoted(&cluster.title))?;
    for node in &cluster.nodes {
        let shape = match node.id {
            Id::Interface(_, 0) => "shape=plaintext, ",
            _ => "",
        };
        writeln!(out, "    {} [{shape}label={}];", node.id, label(node))?;
    }
    writeln!(out, "  }}")
}

fn label(node: &Node) -> String {
    format!("\"{}\"", node.label(escaped, "\\n"))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// `text` within quotes. A backslash would begin an escape, and an ampersand a character by its name.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    text.replace('&', "&amp;")
}
