//! Into network namespaces by their names.

use std::path::Path;

use super::decide::{Refusal, Wish, decide, through_file};
use super::plan::Plan;
use crate::model::{Inode, Kind, Snapshot};
use crate::query::Target;

/// Where ip(8) keeps network namespaces by name.
const NAMED: &str = "/run/netns";

/// As [`decide`], and where no process is in a network namespace, by its name.
pub fn decide_with_names(
    snapshot: &Snapshot,
    target: Target<'_>,
    wish: &Wish,
) -> Result<Plan, Refusal> {
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
