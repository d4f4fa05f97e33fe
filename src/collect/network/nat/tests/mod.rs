//! Rules as kernels send them, recorded from little-endian machines of 64 bits, and as no kernel should.

mod ip_tables;
mod recorded;
mod walking;
mod xtables;

use super::*;
use crate::model::PortForward;

/// A forward in a line: `tcp 203.0.113.5 80-90 -> 10.0.0.2:8080 + nftables`, with a plus if it has more conditions.
fn line(forward: &PortForward) -> String {
    let or = |text: Option<String>, other: &str| text.unwrap_or_else(|| other.to_owned());
    let number = |port: Option<u16>| port.map(|port| port.to_string());
    let last = or(number(forward.last_port).map(|port| format!("-{port}")), "");
    let to_port = or(number(forward.to_port).map(|port| format!(":{port}")), "");
    format!(
        "{} {} {}{last} -> {}{to_port} {}{}",
        or(forward.protocol.clone(), "any"),
        or(forward.address.clone(), "any"),
        or(number(forward.port), "any"),
        or(forward.to_address.clone(), "here"),
        if forward.has_more { "+ " } else { "" },
        forward.source,
    )
}

fn lines(list: &[PortForward]) -> Vec<String> {
    list.iter().map(line).collect()
}
