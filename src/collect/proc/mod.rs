//! The proc file system: one file here for each file there.
//!
//! Parsers take bytes, readers take an open directory; nothing but the default of `--proc` says `/proc`.

mod cmdline;
mod host;
mod mountinfo;
mod ns_links;
mod process;
mod root;
mod scan;
mod stat;
mod status;
mod uid_map;

pub(super) use host::{read_host, read_viewer};
pub(super) use mountinfo::{NsMount, mounted_namespaces, read_mountinfo};
pub(super) use ns_links::{named, net_of_directory, of_thread};
pub(super) use root::{ProcRoot, numbers, path_through, read_list};
pub(super) use scan::{Walk, Want, walk};
pub(super) use stat::read_stat;
