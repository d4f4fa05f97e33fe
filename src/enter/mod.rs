//! Into the namespaces of another process.
//!
//! First it is decided what is to be done ([`decide`] gives a [`Plan`], and touches nothing). Then [`supervise`] runs it: it
//! starts this program again as a process with one thread ([`inside`]), since only such a process may change its user,
//! time and mount namespace, and stays outside with the terminal. What is entered never gets hold of our terminal, only of
//! a pseudo-terminal or of pipes.

mod around;
mod decide;
mod each;
mod error;
mod hand_over;
mod inside;
mod line;
mod names;
mod plan;
mod signals;
mod supervise;

pub use around::{Around, Who};
pub use decide::{Kinds, Refusal, Tools, Wish, decide, through_file};
pub use each::{Stop, stops};
pub use error::EnterError;
pub use hand_over::command;
pub use inside::{inside, look, mount_proc};
pub use line::{Unprintable, nsenter_line, printable};
pub use names::decide_with_names;
pub use plan::{Door, Environment, Files, Plan};
pub use supervise::{Captured, Limits, around, capture, supervise};
