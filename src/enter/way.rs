//! By what to enter.

use std::path::Path;

use super::decide::{Refusal, Wish, decide, through_file};
use super::plan::Plan;
use crate::model::{Inode, Kind, Snapshot};
use crate::query::Target;

/// Where ip(8) keeps network namespaces by name.
const NAMED: &str = "/run/netns";

/// The plan that does what is wished for: by a process, and where a network namespace has none, by its name.
pub fn plan(snapshot: &Snapshot, target: Target<'_>, wish: &Wish) -> Result<Plan, Refusal> {
    match decide(snapshot, target, wish) {
        Err(Refusal::NoProcess(Kind::Net, inode)) => {
            let name = name(snapshot, inode).ok_or(Refusal::NoProcess(Kind::Net, inode))?;
            through_file((Kind::Net, inode), Path::new(NAMED).join(name), wish)
        }
        decided => decided,
    }
}

fn name(snapshot: &Snapshot, inode: Inode) -> Option<&str> {
    let mut all = snapshot.network.iter().flatten();
    all.find(|net| net.namespace == inode)?.name.as_deref()
}
