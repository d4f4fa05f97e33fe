//! Files of `/etc` that belong to a network namespace with a name, as ip-netns(8) has them: what is in `/etc/netns/NAME`
//! stands over `/etc`.

use std::fs::{self, DirEntry};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::mount::mount_bind;

use super::super::super::Plan;
use crate::model::Kind;

/// Where they are.
const NETNS_ETC: &str = "/etc/netns";
/// Where the namespaces with a name are.
const NETNS: &str = "/run/netns";

/// Mounts those of the network namespace that is entered over ours.
pub(super) fn over(plan: &Plan, tell: &dyn Fn(&str)) {
    let Some(inode) = plan.namespaces.get(Kind::Net) else {
        return;
    };
    // A number is a namespace's only on the file system that has nothing else.
    let Ok(own) = fs::metadata("/proc/self/ns/net") else {
        return;
    };
    let is_entered = |folder: &DirEntry| {
        let named = fs::metadata(Path::new(NETNS).join(folder.file_name()));
        let entered = (own.dev(), u64::from(inode.0));
        named.is_ok_and(|named| (named.dev(), named.ino()) == entered)
    };
    let folders = entries(Path::new(NETNS_ETC));
    for file in folders
        .filter(is_entered)
        .flat_map(|folder| entries(&folder.path()).collect::<Vec<_>>())
    {
        let ours = Path::new("/etc").join(file.file_name());
        if let Err(cause) = mount_bind(file.path(), &ours) {
            tell(&format!(
                "{} is the host's, not {}: {cause}",
                ours.display(),
                file.path().display()
            ));
        }
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = DirEntry> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}
