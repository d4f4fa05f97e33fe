//! Networks and holders in words: how the text report and the terminal interface speak of the same thing.
//!
//! What comes out holds names as the host says them: whoever shows it makes it visible.

mod amount;
mod ends;
mod holders;
mod interface;
mod kept;
mod ports;
mod road;

pub(crate) use amount::{bytes, packets};
pub(crate) use ends::{Ends, Plug};
pub(crate) use holders::{Census, Holders, is_inner, nobody};
pub(crate) use interface::{address, bridge_port, details, losses, state};
pub(crate) use kept::{kept, kept_by, unlisted};
pub(crate) use ports::{PORT_FORWARDS, SOCKETS, forward, local, published, why_unknown};
pub(crate) use road::{LOCAL, MAIN, route, rule, table};
