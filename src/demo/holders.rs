//! What keeps namespaces of the example host alive besides the processes in them.

use super::scene::Scene;
use crate::collect::observation::{HeldBy, HolderRecord, HoldersRecord, Kinship, Miss, Through};
use crate::model::{Inode, Kind};

/// Names under `/run/netns`, which the host sees.
pub(super) fn describe(scene: &mut Scene) -> HoldersRecord {
    for (inode, _) in &scene.fabric.mounts {
        let kinship = scene.kinships.entry((Kind::Net, *inode));
        kinship.or_insert(Kinship {
            id: Err(Miss::Absent),
            owner: Ok(Kind::User.initial().0),
            parent: Err(Miss::NotAsked),
            owner_uid: Err(Miss::NotAsked),
        });
    }
    HoldersRecord {
        found: scene.fabric.mounts.iter().map(mounted).collect(),
        ..HoldersRecord::default()
    }
}

fn mounted((inode, path): &(Inode, String)) -> HolderRecord {
    HolderRecord {
        kind: Kind::Net,
        inode: *inode,
        by: HeldBy::BindMount {
            path: path.as_bytes().into(),
            mnt_ns: Some(Kind::Mnt.initial().0),
            through: Some(Through::Ourselves),
        },
    }
}
