//! nslens: who shares which Linux namespace with whom, and what shares with the host.
//!
//! # The road of the data
//!
//! ```text
//! /proc, nsfs, netlink, engines ──collect──▶ Observation ──assemble──▶ Snapshot ──query──▶ rows ──▶ tui | report
//!           (IO, can fail)              (raw, as read)   (pure)   (immutable)   (pure)
//! ```
//!
//! One direction, no way back. [`model::Snapshot`] is the centre: plain immutable values that name each other by id,
//! serialised both ways. That gives JSON output, `--from`, bug reports that are test fixtures, and view tests that
//! need no host. Time comes in with the snapshot; only [`collect`], [`enter`] (how long a command may
//! take), the event loop of [`tui`] and who starts them ([`live`], [`run`]) read a clock.
//!
//! # Who may use whom
//!
//! | module | may use inside the crate | external crates that it alone may name |
//! | --- | --- | --- |
//! | [`model`] | – | serde (schemars with the feature `schema`) |
//! | [`collect`] | model | rustix; bollard, tokio, hyper only below `collect/engines`; netlink only in `collect/network`, libc there and in `collect::syscall`; unsafe code only in `collect::syscall` |
//! | [`assemble`] | model, `collect::observation` | humantime |
//! | [`demo`] | model, `collect::observation`, assemble | – |
//! | [`query`] | model | regex |
//! | [`report`] | model, query | `serde_json`, `unicode_width` |
//! | [`enter`] | model, query | `close_fds`, rustix, `serde_json`, `signal_hook` |
//! | [`tui`] | model, query, report, enter | ratatui, `tui_input`, base64, rustix, `signal_hook`, humantime, `unicode_width`; toml only in `tui/config` |
//! | [`cli`] | model, [`tui::ThemeName`] | clap |
//! | [`settings`] | [`tui::Config`] | rustix |
//! | [`live`], [`run`], `main` | all | anyhow in run and main, `signal_hook` in run, humantime in live |
//!
//! `tests/it/layers.rs` holds this table against the code.
//!
//! # Decisions
//!
//! **Each link is its own result.** `/proc/PID/ns/KIND` can be an inode, absent, denied or gone, and each kind of each
//! process is so by itself ([`collect::observation::Links`]). Unknown is never shown as private: a namespace is private
//! only where every process could be read in that kind, since one that could not may be in it. The one exception is
//! process 1 of the host, which some systems refuse even to root: it is taken to be where it began.
//!
//! **A row's namespaces are its first process's; who shares them is judged by every process.** A container whose process
//! has entered another's network shares it. Members that are elsewhere than the first process are counted.
//!
//! **The scan** reads the *text* of the links (`net:[4026531992]`), never what they lead to: that is the cheapest route
//! through /proc, and lets tests build a fake one from dangling links. With `--only namespaces` these eight
//! `readlinkat` calls by path are all that a process costs. Otherwise each process is read through one descriptor of
//! its directory, which never resolves to another process even if the pid is reused, so that what is read belongs
//! together. `pid_for_children` and `time_for_children` are read on that road only: two more calls for each process
//! would break the price of the short one.
//!
//! **A worker that blocks is given up.** A command line lies in its process's memory, and reading it can block for
//! good. Workers leave each record where the watcher can take it before they touch the command line; after a second
//! without progress the watcher goes on without them, marks the process, and never asks it again. That is why the
//! workers of a walk share a lock each (uncontended) instead of sending messages.
//!
//! **The host** is where kthreadd is: process 2 of the proc mount, a thread of the kernel without a parent, which no
//! container can show. Its namespaces are the host's; where they may not be read, the numbers that the kernel reserves
//! for them are. Without it, and outside the initial pid namespace, we are inside a container and call nothing the
//! host's. "The host's" and "our own" are two things: the tool may itself run in another network namespace.
//!
//! **Engines decorate, never decide.** A container is what cgroup paths show. Engines are asked after the walk, since
//! the walk tells whether asking would start one. A container that an engine names and of which no process is seen is
//! a gap, not a row; where an engine's pid and the cgroup disagree, the cgroup is believed and a gap says so. An id
//! that stands in two cgroups (users may name cgroups of their own after containers) is believed in one of them. Asking
//! runs on a thread that is given up, since even finding the socket can block on a dead file system.
//!
//! **Files and arguments decorate like engines.** What an engine leaves about its containers (`collect/runtimes`) is read
//! once for each container that is new, on a thread that is given up. Which file, is told by who keeps the container: the
//! kernel says who that is, the parent of one of its processes, while anybody may run a program with any id among its
//! arguments. Paths are ours only where the keeper is in our pid namespace, nothing is opened through `/proc/PID/root`, and
//! a file counts only where the superuser, ourselves or the keeper's user wrote it. An engine's answer goes before a file, a
//! file before the cgroup; where they disagree after a second look, a gap says so.
//!
//! **Engines are found by the sockets that their processes hold**, not by paths: such a socket is one that an engine listens
//! at already, wherever its path lies and in whatever mount namespace. It is opened below the root of its process, on a
//! thread of its own that is given up, and what is connected to is that open file. An engine in a container has pids and
//! names of its own world, so its pids are compared at its depth, and it names only what lies below its cgroup. While
//! the interface runs, a stream of events of each engine asks for looks; it decides nothing, and where it ends only a look finds
//! the engine again, since whatever connected to a path by itself might start a service.
//!
//! **Who owns a namespace** only the namespace itself can tell, so `collect::kinships` opens each once: at the first pass
//! that sees it, through one member, checked to be the one that the link named, closed before the next. The answers are
//! kept while that member is seen, so a pass at rest opens none but those that no process shows. `--only namespaces` does not ask: six more calls
//! for each namespace would break its price. The top of what exists (the initial user and pid namespaces) is refused
//! just as what is above the reader's own; only the second is a gap.
//!
//! **What keeps a namespace alive** (`collect/holders`) is found by text as far as that goes: a list of mounts names the
//! namespaces in it, a descriptor's link the one it is of. Lists of mounts are read anew at every look: 20 microseconds
//! for a container's is what one more process costs, and whoever would wait for a change would have to keep a file open
//! that keeps the mount namespace alive. To open what only a path in a foreign mount namespace leads to, the path is
//! walked within that root and by what the kernel has cached, so that no dead file system can hold us up, and what is
//! found at its end is compared before it is opened. A socket's namespace can only be learned from a duplicate; so
//! those are left that a namespace lists itself.
//!
//! **What the kernel itself lists** (`collect/kernel`) is taken before the processes are read and again afterwards, and what
//! is in one of the lists only does not count: it was made or has ended meanwhile, so that no process may have shown it.
//! Nor does anything count for whoever may not see all, to whom a list that is cut looks like one that is whole. The
//! list of all namespaces (listns) holds numbers alone: it finds nothing, and tells how much was not found.
//! Mount namespaces can be gone through (3 microseconds each), and their mounts be asked for from outside; in those that no
//! process is in, nothing is opened by a path, which would take a thread that enters them.
//!
//! **The observer leaves no trace.** No namespace descriptor or socket outlives the question it was opened for, nothing is
//! written, no service started, no kernel module loaded. One thing cannot be avoided, nor by `ip link`: a kernel that tells
//! of a link across namespaces gives the one a number for the other.
//!
//! **The network** is asked over netlink, by threads made for the pass that go into one namespace after the other
//! (`collect/network`). Frames and attributes are read by netlink-packet-core; what they mean is decoded here, attribute
//! by attribute: decoding whole messages with netlink-packet-route takes as long again as the kernel takes for the dumps
//! (measured: 2.4 times the least work, against a promise of 1.3), and loses a message to one attribute that a newer
//! kernel sends in another form. A veth tells its other end by an index and a number that only its own namespace has
//! for the other one; the number is learned for the namespace that the threads start from, the rest by the twins, which tell
//! the same story, and only what is left is asked about. Words with a number in the kernel are not copied
//! ([`model::Word`]). Nobody's namespace may blind the rest: lists are cut at 131,072 entries, and a thread that reads nothing
//! for a second is given up with what it was at.
//!
//! **Sockets cost more than all else of the network**, since the kernel looks through the tables of all namespaces for each
//! one's. So they are asked for only where processes live, and their holders looked for among these; `--deep` asks
//! everywhere and looks through all processes. TCP sockets that are bound and no more are left to it too: one more state in
//! the question makes the kernel take 1.2 ms instead of 0.01 ms for an answer (measured). Kernel modules that a question
//! would load (`tcp_diag`, `nf_tables`) are not asked: `/proc/net` is read instead, or a gap said. A table of the older
//! `ip_tables` is asked for only where the namespace lists it already, since the kernel makes one for whoever asks.
//!
//! **The road** between two network namespaces ([`query::road`]) is read, not tried: rules, tables and routes decide in
//! each namespace as the kernel would, and a search over one link goes from interface to interface as a frame would.
//! What stops the frame does not stop the search, so that "B is behind an interface that is down" and "B is nowhere on
//! this link" are two answers. What cannot be read leaves a road unknown only where it decides; else it is named among
//! what was not checked.
//!
//! **A filter** is evaluated question by question over whole lists, not row by row: each question gives a bool for every
//! container, group, namespace and process, and `and`, `or`, `!` combine them entry by entry ([`query::Filter`]).
//!
//! **The interface** has four lists ([`tui`]) that share one way of being filtered, ordered, shaped and chosen from. Rows
//! are worked out when the data, the filter or the order change, and hold places in the data, so a frame costs what is
//! in sight. The choice is an identity, not a number. Places form a stack, so the way back leads to the same row. What
//! is gone is kept for a few refreshes in a snapshot of its own, and goes through the same filters and words as what is
//! there. Keys, help, footer, palette, configuration and README come from one table.
//!
//! **The network in words** is told by one module, `report::words`, to the text report and to the terminal interface: an
//! other end, a route, who holds a socket. What a list says is cut to its columns, what is said is the same.
//!
//! **The network on screen** is read only while something on screen needs it: the interface tells the collector so
//! ([`tui::Feed::wants_network`]) and wishes for a look at once where the data has none. Rates come from two looks and the
//! times that the looks themselves tell; a counter that went back gives none. [`query::Topology`] says what hangs below
//! what: from the host outwards, and never by what cannot be seen.
//!
//! **Looking has a price that is kept.** The pause between two looks grows with what one costs, so that an interface that
//! is only left open takes a few hundredths of one core at most; the header says so.
//!
//! **Entering** begins with a plan ([`enter::Plan`]), decided from a snapshot without touching anything, so that the command
//! line, the terminal interface and `--print` mean the same. A process with one thread, this program started again,
//! walks in by it: only such a process may change its user, time and mount namespace, and the interface has many. It
//! checks under the pidfd that the process is still the one that was chosen. Nothing is forked by hand, so no unsafe
//! code is needed. What is run inside has a session of its own and never a descriptor of the user's terminal, into which
//! it could type: it gets a pseudo-terminal made outside, or pipes, and the process that stays outside carries over what
//! is typed, written and signalled. What goes inside is a sealed copy of this program, since who is inside can open it as
//! `/proc/PID/exe`, and it closes every descriptor before it looks up a path of the target's, which could lead out by it.
//! With `--confined` the cgroups and the supplementary groups are taken over from outside, where
//! they can be reached and have numbers; the capabilities as the very last, and so that the program that is run starts with
//! the target's: what `execve` gives depends on the user. What would leave more rights than the target has is refused.
//! A printed line of nsenter needs to know what such a process would find inside (the user's account, a shell), so for it
//! one walks in, looks around and ends ([`enter::around`]); the rest of the line is pure, and what has no line is refused.
//!
//! **The interface lends its terminal** to a shell and takes it back. It reads keys itself instead of through crossterm, whose
//! reader cannot be stopped once it waits, and would eat what is typed for the shell. The shell is run by a process of its
//! own ([`enter::command`]), since ours heeds signals and the terminal in another way. What is to be entered is decided when
//! the list of ways opens, by the snapshot on screen, so that a later look cannot put another in its place.
//!
//! **The host's tools** (`enter/inside/tools`) come as a private copy of mounts that ends with the command: of the host's, with
//! `/proc` and `/sys` mounted anew, or of the target's, under a new root in memory that has room for the host's beside
//! it. The user namespace is entered after that, since we have more rights without it; so until then nothing is run with
//! files of the target: the `/proc` of its pid namespace is made by a child with ours.
//!
//! **Gaps.** What is gone drops out; what is denied, malformed, too slow or cut becomes a [`model::Gap`], shown by every
//! output. `Option` is "not learned" throughout, a kind missing from a table is "this kernel has none".

pub mod assemble;
pub mod cli;
pub mod collect;
pub mod demo;
pub mod enter;
pub mod live;
pub mod model;
pub mod query;
pub mod report;
pub mod run;
pub mod settings;
pub mod tui;
